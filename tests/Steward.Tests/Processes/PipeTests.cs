using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>What children do to their pipes.</summary>
public sealed class PipeTests : IAsyncDisposable
{
    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(200);

    private readonly ChildRig _rig = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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

    [Fact(Timeout = 20_000)]
    public async Task A_long_line_is_cut_and_says_how_much_is_missing()
    {
        var child = await _rig.StartAsync("printf 'é%.0s' $(seq 6000) >&2; echo >&2; echo short >&2");

        var exit = await child.Exited;

        Assert.Equal(new string('é', StderrPump.LongestLine / 2) + " … (3808 bytes cut)", exit.StderrTail[0]);
        Assert.Equal("short", exit.StderrTail[1]);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_that_closes_its_output_is_still_alive()
    {
        var child = await _rig.StartAsync("exec 1>&-; exec sleep 1000", ShortGrace);

        Assert.Equal(0, await child.Output.ReadAsync(new byte[1], Token));

        Assert.False(child.Exited.IsCompleted);
        await child.StopAsync(CancellationToken.None);
        Assert.Equal("SIGTERM", (await child.Exited).Signal);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_that_never_reads_can_be_stopped_in_the_middle_of_a_write()
    {
        var child = await _rig.StartAsync("exec sleep 1000", ShortGrace);
        var write = child.Input.WriteAsync(new byte[1024 * 1024], Token).AsTask();

        await child.StopAsync(CancellationToken.None);

        Assert.Equal("SIGTERM", (await child.Exited).Signal);
        await Assert.ThrowsAnyAsync<Exception>(() => write);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_gets_the_standard_streams_and_no_other_descriptor()
    {
        using var inherited = File.OpenHandle("/dev/null");
        var child = await _rig.StartAsync("for fd in /proc/self/fd/*; do echo ${fd##*/}; done | sort -n | head -n 3; ls /proc/$$/fd | wc -l");

        Assert.Equal(["0", "1", "2"], [await ChildRig.ReadLineAsync(child), await ChildRig.ReadLineAsync(child), await ChildRig.ReadLineAsync(child)]);
        Assert.Equal("3", (await ChildRig.ReadLineAsync(child)).Trim());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_leads_its_session_and_does_not_ignore_SIGPIPE()
    {
        var child = await _rig.StartAsync("grep SigIgn /proc/self/status; echo $$; cut -d' ' -f5,6 /proc/$$/stat");

        Assert.Equal("SigIgn:\t0000000000000000", await ChildRig.ReadLineAsync(child));
        Assert.Equal(child.Id.ToString(), await ChildRig.ReadLineAsync(child));
        Assert.Equal($"{child.Id} {child.Id}", await ChildRig.ReadLineAsync(child));
    }
}
