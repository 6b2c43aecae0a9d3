using System.Globalization;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>A server that takes more than it may is ended as any other that fails; its neighbour notices nothing.</summary>
public sealed class LimitedServerTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("hoard", "took [0-9]+ MiB of memory, with a limit of 300 \\(limits.memoryMb\\)")]
    [InlineData("fork", "had [0-9]+ processes, with a limit of 8 \\(limits.maxProcesses\\)")]
    public async Task A_server_that_takes_too_much_is_restarted_and_callers_and_status_learn_limit_and_figure(string fault, string expected)
    {
        await using var rig = await FaultRig.StartAsync(server => server with
        {
            Limits = new ServerLimits { MemoryMb = 300, MaxProcesses = 8 },
            RestartPolicy = new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(1) },
        });
        var taken = rig.Manager.GetResources("bad")!;
        Assert.True(taken is { Processes: > 0 and <= 8, MemoryBytes: > 0 and < 300L * 1024 * 1024, OpenFiles: > 2 }, taken.ToString());
        var pid = rig.Status.Pid!.Value;

        var told = await rig.FailAsync(fault);

        Assert.Matches(expected, told);
        Assert.Matches(expected, (await rig.ReplacedAsync(pid)).LastError);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_cannot_open_more_files_than_its_limit_and_lives_on()
    {
        await using var rig = await FaultRig.StartAsync(server => server with { Limits = new ServerLimits { MaxOpenFiles = 200 } });
        var pid = rig.Status.Pid;

        Assert.InRange(int.Parse(await rig.CallAsync("files"), CultureInfo.InvariantCulture), 10, 199);
        Assert.Equal("back", await rig.EchoAsync("back"));
        Assert.Equal((pid, 0), (rig.Status.Pid, rig.Status.Restarts));
    }
}
