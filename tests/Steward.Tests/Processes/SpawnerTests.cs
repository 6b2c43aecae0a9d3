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
        await ChildRig.ReadLineAsync(child);

        spawner.Dispose();

        Assert.Equal("SIGKILL", (await child.Exited).Signal);
        await child.DisposeAsync();
    }

    [Fact(Timeout = 20_000)]
    public async Task A_start_that_was_cancelled_while_it_waited_starts_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ChildProcess.StartAsync(
            ChildRig.Spec("cat", []), _rig.Spawner, _rig.Log, TimeProvider.System, NullLogger.Instance, cancel.Token));
    }
}
