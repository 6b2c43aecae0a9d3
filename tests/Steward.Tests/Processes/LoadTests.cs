using Microsoft.Extensions.Logging.Abstractions;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Counts memory and descriptors of the whole test process, so nothing may run beside them.</summary>
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
[Collection(nameof(LoadTests))]
public sealed class LoadTests : IAsyncDisposable
{
    private readonly ChildRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory(Timeout = 60_000)]
    [InlineData("head -c 200000000 /dev/zero | tr '\\0' x >&2")]
    [InlineData("yes 'a line of quite the usual length, as servers write them' | head -c 200000000 >&2")]
    public async Task A_flood_of_errors_neither_blocks_the_child_nor_fills_memory(string flood)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var child = await _rig.StartAsync(flood + "; echo >&2; echo last words >&2; exit 9");

        var exit = await child.Exited;

        Assert.Equal(9, exit.Code);
        Assert.Equal("last words", exit.StderrTail[^1]);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 * 1024 * 1024);
    }

    /// <summary>Three hundred, and no more than four descriptors above before: three thousand would show no leak that these do not.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_storm_of_exits_gets_every_code_right_and_leaves_no_descriptor()
    {
        await StormAsync(32);
        var before = Descriptors();

        await StormAsync(300);

        Assert.InRange(Descriptors(), 0, before + 4);
        Assert.DoesNotContain(ProcessTable.ReadAll(), entry => entry.ParentId == Environment.ProcessId && entry.State == 'Z');
    }

    /// <summary>Those that children bring: pipes and process handles. Sockets are left over from other tests and come and go.</summary>
    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Count(path => new FileInfo(path).LinkTarget is { } target && (target.StartsWith("pipe:", StringComparison.Ordinal) || target.Contains("pidfd", StringComparison.Ordinal)));

    private Task StormAsync(int count) => Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
    {
        var code = i % 100;
        await using var child = await ChildProcess.StartAsync(
            ChildRig.Shell($"exit {code}"), _rig.Spawner, _rig.Log, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(code, (await child.Exited).Code);
    });
}
