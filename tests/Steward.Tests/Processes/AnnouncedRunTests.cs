using Microsoft.Extensions.Logging.Abstractions;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>A run is noted before its process is there: whoever kills us in between leaves nothing that the next of us does not find.</summary>
public sealed class AnnouncedRunTests : IAsyncDisposable
{
    private readonly string _notes = Directory.CreateTempSubdirectory().FullName;
    private readonly ChildRig _rig = new();
    private readonly ProcessSpawner _spawner;

    public AnnouncedRunTests() => _spawner = new ProcessSpawner(NullLogger.Instance, new ProcessLedger(_notes, NullLogger.Instance));

    [Fact(Timeout = 30_000)]
    public async Task What_was_started_and_not_noted_any_more_is_ended_with_all_that_came_of_it()
    {
        new ProcessLedger(_notes, NullLogger.Instance).Announce("announced", "test");
        var child = await _rig.StartAsync(ChildRig.Shell("setsid sleep 300 >/dev/null & echo $!; cat") with { Run = "announced" });
        var moved = int.Parse(await ChildRig.ReadLineAsync(child));

        await new ProcessLedger(_notes, NullLogger.Instance).ReapAsync(_rig.Spawner.Sweeper);

        Assert.Equal("SIGKILL", (await child.Exited).Signal);
        Assert.True(ProcessTable.Read(moved) is null or { IsDead: true }, "it lives on");
        Assert.Empty(Directory.GetFiles(_notes));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_note_says_which_process_it_is_and_goes_with_it_or_with_a_start_that_fails()
    {
        await using (var child = await StartAsync("cat"))
            Assert.Contains($" {child.Id} ", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_notes)), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_notes));

        await Assert.ThrowsAsync<Steward.Supervision.ServerLaunchException>(() => StartAsync(new string('x', 4_000_000))); // more than the kernel takes
        Assert.Empty(Directory.GetFiles(_notes));
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _spawner.Dispose();
        Directory.Delete(_notes, recursive: true);
    }

    private Task<ChildProcess> StartAsync(string script) => ChildProcess.StartAsync(
        ChildRig.Shell(script), _spawner, _rig.Log, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
}
