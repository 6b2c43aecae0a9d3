using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class CallJudgeTests
{
    private static readonly HealthPolicy Policy = new() { Latency = TimeSpan.FromMilliseconds(500), ErrorRate = 0.5 };

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(9, 9, false, false)] // too few to say
    [InlineData(10, 4, false, false)]
    [InlineData(10, 5, false, true)]
    [InlineData(10, 5, true, true)]
    [InlineData(20, 6, true, true)] // below the limit, but not below half of it
    [InlineData(20, 4, true, false)]
    [InlineData(2, 2, true, true)] // it takes none to go on
    [InlineData(0, 0, true, false)]
    public void Errors_begin_at_the_rate_and_end_below_half_of_it(int calls, int failed, bool before, bool after) =>
        Assert.Equal(after, CallJudge.Errors(new CallFigures(calls, failed, calls, 0), Policy, before) is not null);

    [Theory]
    [InlineData(4, 4, false, false)]
    [InlineData(10, 1, false, false)]
    [InlineData(10, 2, false, true)]
    [InlineData(100, 12, true, true)]
    [InlineData(100, 9, true, false)]
    public void Slowness_begins_at_a_fifth_and_ends_below_a_tenth(int timed, int slow, bool before, bool after) =>
        Assert.Equal(after, CallJudge.Slowness(new CallFigures(0, 0, timed, slow), Policy, before) is not null);

    [Fact]
    public void What_nobody_minds_is_no_finding()
    {
        var all = new CallFigures(100, 100, 100, 100);
        Assert.Null(CallJudge.Slowness(all, new HealthPolicy(), isSlow: true));
        Assert.Null(CallJudge.Errors(all, new HealthPolicy { ErrorRate = 0 }, isFailing: true));
    }

    [Fact]
    public void A_finding_names_figures_window_and_limit()
    {
        Assert.Equal("slow: 3 of 10 calls and probes within 5 minutes took longer than 500 ms (health.latencyMs)", CallJudge.Slowness(new CallFigures(10, 0, 10, 3), Policy, false));
        Assert.Equal("6 of 10 calls within 5 minutes failed (health.errorRate: 0.5)", CallJudge.Errors(new CallFigures(10, 6, 10, 0), Policy, false));
    }

    [Fact]
    public void The_window_forgets_what_is_older_than_five_minutes()
    {
        var window = new CallWindow(_time);
        window.Expect(TimeSpan.FromMilliseconds(500));
        Record(window, milliseconds: 501, isFailure: false);
        Record(window, milliseconds: 500, isFailure: true);
        Assert.Equal(new CallFigures(2, 1, 2, 1), window.Read());

        _time.Advance(TimeSpan.FromMinutes(4));
        Record(window, milliseconds: 1, isFailure: false);
        Assert.Equal(new CallFigures(3, 1, 3, 1), window.Read());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new CallFigures(1, 0, 1, 0), window.Read());
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(default, window.Read());
    }

    [Fact]
    public void The_window_counts_probes_for_their_time_only_and_begins_anew_where_something_else_is_expected()
    {
        var window = new CallWindow(_time);
        window.RecordProbe(_time.GetTimestamp());
        Assert.Equal(new CallFigures(0, 0, 1, 0), window.Read());
        window.Expect(TimeSpan.FromMilliseconds(1));
        Assert.Equal(default, window.Read());
    }

    [Fact(Timeout = 30_000)]
    public async Task Calls_that_are_recorded_side_by_side_are_all_counted_and_nothing_is_allocated_for_them()
    {
        const int Each = 50_000;
        var window = new CallWindow(_time);
        window.Record(0, 0, isFailure: false);
        var now = _time.GetTimestamp();
        var allocated = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Each; i++)
                window.Record(now, now, isFailure: (i & 1) == 0);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        })));

        Assert.Equal(((4 * Each) + 1, 2 * Each), (window.Read().Calls, window.Read().Failed));
        Assert.All(allocated, bytes => Assert.True(bytes < 1000, $"{bytes} bytes"));
    }

    private void Record(CallWindow window, int milliseconds, bool isFailure)
    {
        var now = _time.GetTimestamp();
        window.Record(now - (milliseconds * _time.TimestampFrequency / 1000), now, isFailure);
    }
}
