using Microsoft.Extensions.Logging.Abstractions;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class SpawnerTests : IAsyncDisposable
{
    private readonly ChildRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = 20_000)]
    public async Task A_child_outlives_the_thread_that_asked_for_it()
    {
        Task<ChildProcess>? start = null;
        var asker = new Thread(() => start = _rig.StartAsync(ChildRig.Spec("cat", [])));
        asker.Start();
        asker.Join();

        var child = await start!;
        await child.Input.WriteAsync("alive\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal("alive", await ChildRig.ReadLineAsync(child));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_ends_with_the_spawner()
    {
        var spawner = new ProcessSpawner(NullLogger.Instance);
        var child = await ChildProcess.StartAsync(
            ChildRig.Shell(Misbehaviour.Stubborn), spawner, _rig.Log, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        using var watched = new Watched(child.Id);
        await ChildRig.ReadLineAsync(child);
        await ChildRig.ReadLineAsync(child);

        spawner.Dispose();

        Assert.True(watched.Ends());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_storm_of_exits_gets_every_code_right_and_leaves_no_descriptor()
    {
        await StormAsync(32);
        var before = Descriptors();

        await StormAsync(300);

        Assert.InRange(Descriptors(), 0, before + 8); // other tests run beside this one
        Assert.DoesNotContain(ProcessTable.ReadAll(), entry => entry.ParentId == Environment.ProcessId && entry.State == 'Z');
    }

    [Fact(Timeout = 20_000)]
    public async Task A_start_that_was_cancelled_while_it_waited_starts_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ChildProcess.StartAsync(
            ChildRig.Spec("cat", []), _rig.Spawner, _rig.Log, TimeProvider.System, NullLogger.Instance, cancel.Token));
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private Task StormAsync(int count) => Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
    {
        var code = i % 100;
        await using var child = await ChildProcess.StartAsync(
            ChildRig.Shell($"exit {code}"), _rig.Spawner, _rig.Log, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(code, (await child.Exited).Code);
    });
}
