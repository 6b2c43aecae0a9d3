using Xunit;

namespace Steward.Tests.Testing;

public sealed class FakeTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();

    [Fact(Timeout = 10_000)]
    public async Task It_drives_delays_time_outs_and_periodic_timers()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var delay = Task.Delay(3 * Second, _time, cancellationToken);
        using var timeout = new CancellationTokenSource(2 * Second, _time);
        using var periodic = new PeriodicTimer(Second, _time);
        var tick = periodic.WaitForNextTickAsync(cancellationToken);

        _time.Advance(Second);
        Assert.True(await tick);
        Assert.False(timeout.IsCancellationRequested);

        _time.Advance(Second);
        Assert.True(timeout.IsCancellationRequested);
        Assert.False(delay.IsCompleted);

        _time.Advance(Second);
        await delay;
    }

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_are_due_and_see_that_instant()
    {
        var fired = new List<(string Name, TimeSpan At)>();
        Arm("third", 3 * Second, fired);
        Arm("first", Second, fired);
        Arm("second", 2 * Second, fired);
        Arm("second too", 2 * Second, fired);

        _time.Advance(10 * Second);

        Assert.Equal([("first", Second), ("second", 2 * Second), ("second too", 2 * Second), ("third", 3 * Second)], fired);
        Assert.Equal(FakeTimeProvider.Start + 10 * Second, _time.GetUtcNow());
    }

    [Fact]
    public void What_a_timer_arms_fires_in_the_same_advance_if_it_is_due()
    {
        var fired = new List<(string Name, TimeSpan At)>();
        using var first = _time.CreateTimer(_ => Arm("then", Second, fired), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(2 * Second);

        Assert.Equal([("then", 2 * Second)], fired);
    }

    [Fact]
    public void A_periodic_timer_keeps_its_beat_and_a_disposed_one_is_silent()
    {
        var beats = 0;
        var timer = _time.CreateTimer(_ => beats++, null, Second, 2 * Second);
        _time.Advance(5 * Second);
        Assert.Equal(3, beats);

        timer.Dispose();
        Assert.False(timer.Change(Second, Second));
        _time.Advance(5 * Second);
        Assert.Equal(3, beats);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Time_stamps_are_no_ticks_but_measure_the_same_time()
    {
        var before = _time.GetTimestamp();
        _time.Advance(90 * Second);
        Assert.Equal(90 * Second, _time.GetElapsedTime(before));
        Assert.NotEqual(90 * TimeSpan.TicksPerSecond, _time.GetTimestamp() - before);
    }

    private void Arm(string name, TimeSpan due, List<(string Name, TimeSpan At)> fired) =>
        _time.CreateTimer(_ => fired.Add((name, _time.GetUtcNow() - FakeTimeProvider.Start)), null, due, Timeout.InfiniteTimeSpan);
}
