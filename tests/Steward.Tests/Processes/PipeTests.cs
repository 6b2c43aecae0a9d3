using Steward.Processes;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>What children do to their pipes.</summary>
public sealed class PipeTests : IAsyncDisposable
{
    private static readonly TimeSpan Half = TimeSpan.FromMinutes(5); // of the grace

    private readonly ChildRig _rig = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = 20_000)]
    public async Task A_long_line_is_cut_and_says_how_much_is_missing()
    {
        var child = await _rig.StartAsync("printf 'é%.0s' $(seq 6000) >&2; echo >&2; echo short >&2");

        var exit = await child.Exited;

        Assert.Equal(new string('é', OutputPump.LongestLine / 2) + " … (3808 bytes cut)", exit.StderrTail[0]);
        Assert.Equal("short", exit.StderrTail[1]);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_that_closes_its_output_is_still_alive()
    {
        var time = new FakeTimeProvider();
        await using var rig = new ChildRig(time: time);
        var child = await rig.StartAsync("exec 1>&-; exec sleep 1000", 2 * Half);

        Assert.Equal(0, await child.Output.ReadAsync(new byte[1], Token));

        Assert.False(child.Exited.IsCompleted);
        await StopAsync(child, time);
        Assert.Equal("SIGTERM", (await child.Exited).Signal);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_that_never_reads_can_be_stopped_in_the_middle_of_a_write()
    {
        var time = new FakeTimeProvider();
        await using var rig = new ChildRig(time: time);
        var child = await rig.StartAsync("exec sleep 1000", 2 * Half);
        var write = child.Input.WriteAsync(new byte[1024 * 1024], Token).AsTask();

        await StopAsync(child, time);

        Assert.Equal("SIGTERM", (await child.Exited).Signal);
        await Assert.ThrowsAnyAsync<Exception>(() => write);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_gets_the_standard_streams_and_no_other_descriptor()
    {
        var child = await _rig.StartAsync(ChildRig.Spec("ls", ["/proc/self/fd"]));

        foreach (var descriptor in (string[])["0", "1", "2", "3"]) // the last is the listed folder itself
            Assert.Equal(descriptor, await ChildRig.ReadLineAsync(child));
        Assert.Equal("", await ChildRig.ReadLineAsync(child));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_leads_its_session_and_does_not_ignore_SIGPIPE()
    {
        var child = await _rig.StartAsync("grep SigIgn /proc/self/status; echo $$; cut -d' ' -f5,6 /proc/$$/stat");

        var ignored = Convert.ToUInt64((await ChildRig.ReadLineAsync(child))!.Split('\t')[1], 16);
        Assert.Equal(0UL, ignored & (1UL << (13 - 1))); // others, such as SIGHUP, may be ignored because whoever runs the tests does
        Assert.Equal(child.Id.ToString(), await ChildRig.ReadLineAsync(child));
        Assert.Equal($"{child.Id} {child.Id}", await ChildRig.ReadLineAsync(child));
    }

    /// <summary>Stops a child that does not end with its input. The clock stands still but for that, so SIGKILL cannot come before it has obeyed SIGTERM.</summary>
    private static async Task StopAsync(ChildProcess child, FakeTimeProvider time)
    {
        var stopping = child.StopAsync(CancellationToken.None);
        ChildRig.WaitsFor(time);
        time.Advance(Half);
        await stopping;
    }
}
