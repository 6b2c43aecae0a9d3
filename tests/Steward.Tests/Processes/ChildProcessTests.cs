using System.Globalization;
using Steward.Processes;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class ChildProcessTests : IAsyncDisposable
{
    private static readonly TimeSpan Half = TimeSpan.FromMinutes(5); // of the grace

    private readonly ChildRig _rig = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = 20_000)]
    public async Task A_child_answers_over_its_pipes_and_ends_at_the_end_of_input()
    {
        var child = await _rig.StartAsync(ChildRig.Spec("cat", []));

        await child.Input.WriteAsync("hello\n"u8.ToArray(), Token);
        Assert.Equal("hello", await ChildRig.ReadLineAsync(child));
        await child.StopAsync(CancellationToken.None);

        Assert.Equal((0, null), ((await child.Exited).Code, (await child.Exited).Signal));
    }

    [Fact(Timeout = 20_000)]
    public async Task An_exit_tells_the_code_and_the_last_words()
    {
        var child = await _rig.StartAsync(@"echo one >&2; printf '\033[31mred\033[0m\n' >&2; printf half >&2; exit 3");

        var exit = await child.Exited;

        Assert.Equal(3, exit.Code);
        Assert.Null(exit.Signal);
        Assert.Equal(["one", "red", "half"], exit.StderrTail);
        Assert.Equal(3, _rig.Log.Tail(10).Count);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_signal_is_told_by_name()
    {
        var child = await _rig.StartAsync("kill -SEGV $$");

        Assert.Equal((139, "SIGSEGV"), ((await child.Exited).Code, (await child.Exited).Signal));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_child_that_ignores_the_end_of_input_gets_SIGTERM()
    {
        var time = new FakeTimeProvider();
        await using var rig = new ChildRig(time: time);
        var child = await rig.StartAsync("trap 'exit 7' TERM; echo ready; while :; do sleep 100 & wait; done", 2 * Half);
        await ChildRig.ReadLineAsync(child);

        var stopping = child.StopAsync(CancellationToken.None);
        ChildRig.WaitsFor(time);
        time.Advance(Half);

        await stopping;
        Assert.Equal(7, (await child.Exited).Code);
    }

    /// <summary>The clock stands still but for what is said here, so neither signal comes a millisecond too early or too late.</summary>
    [Fact(Timeout = 20_000)]
    public async Task A_child_that_ignores_everything_is_killed_when_the_grace_is_over()
    {
        var time = new FakeTimeProvider();
        await using var rig = new ChildRig(time: time);
        var instant = TimeSpan.FromMilliseconds(1);
        var child = await rig.StartAsync("trap 'echo asked' TERM; echo ready; cat; echo unheard; while :; do sleep 100 & wait; done", 2 * Half);
        Assert.Equal("ready", await ChildRig.ReadLineAsync(child));

        var stopping = child.StopAsync(CancellationToken.None);
        Assert.Equal("unheard", await ChildRig.ReadLineAsync(child));
        ChildRig.WaitsFor(time);
        time.Advance(Half - instant);
        Assert.Equal(1, time.ArmedTimers); // no step was taken
        time.Advance(instant);
        Assert.Equal("asked", await ChildRig.ReadLineAsync(child));
        ChildRig.WaitsFor(time);
        time.Advance(Half - instant);
        Assert.Equal((1, false), (time.ArmedTimers, child.Exited.IsCompleted));
        time.Advance(instant);

        await stopping;
        Assert.Equal("SIGKILL", (await child.Exited).Signal);
    }

    [Fact(Timeout = 20_000)]
    public async Task The_death_is_told_before_all_that_it_left_has_gone_and_its_last_words_are_waited_for()
    {
        var time = new FakeTimeProvider();
        await using var rig = new ChildRig(time: time);
        var child = await rig.StartAsync("env -i \"$(command -v setsid)\" sh -c 'echo $$; exec sleep 60' & read word; exit 5"); // out of reach, with the pipes in its hands
        using var outOfReach = new Watched(int.Parse(await ChildRig.ReadLineAsync(child), CultureInfo.InvariantCulture));

        await child.Input.WriteAsync("go\n"u8.ToArray(), Token);
        ChildRig.WaitsFor(time);
        Assert.False(child.Died.IsCompleted);
        time.Advance(ChildProcess.DrainTime);
        Assert.Equal(5, (await child.Died).Code);
        Assert.True(child.IsOver);
        ChildRig.WaitsFor(time);
        Assert.False(child.Exited.IsCompleted);

        Posix.Signal(outOfReach.Id, Posix.SigKill);
        Assert.Equal(5, (await child.Exited).Code); // at the end of the output, without any more time
    }

    [Fact(Timeout = 20_000)]
    public async Task Force_skips_the_grace()
    {
        var child = await _rig.StartAsync("trap '' TERM; echo ready; while :; do sleep 100; done");
        await ChildRig.ReadLineAsync(child);
        using var force = new CancellationTokenSource();
        var polite = child.StopAsync(CancellationToken.None);

        var forced = child.StopAsync(force.Token);
        await force.CancelAsync();

        await forced;
        await polite;
        Assert.Equal("SIGKILL", (await child.Exited).Signal);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_stopped_child_hears_SIGTERM_because_it_is_continued()
    {
        var time = new FakeTimeProvider();
        await using var rig = new ChildRig(time: time);
        var child = await rig.StartAsync("trap 'exit 7' TERM; echo ready; kill -STOP $$; while :; do sleep 100 & wait; done", 2 * Half);
        await ChildRig.ReadLineAsync(child);
        await Fleet.Until(() => ProcessTable.Read(child.Id) is { State: 'T' });

        var stopping = child.StopAsync(CancellationToken.None);
        ChildRig.WaitsFor(time);
        time.Advance(Half);

        await stopping;
        Assert.Equal(7, (await child.Exited).Code);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_missing_command_is_a_permanent_failure()
    {
        var failure = await Assert.ThrowsAsync<Steward.Supervision.ServerLaunchException>(() => _rig.StartAsync(ChildRig.Spec("no-such-command", [])));

        Assert.True(failure.IsPermanent);
    }
}
