using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class AngelRestartsTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void Deaths_in_a_row_are_answered_ever_later_and_then_no_more()
    {
        var restarts = new AngelRestarts(_clock);
        var delays = Enumerable.Range(0, AngelRestarts.MostRestarts).Select(_ => restarts.AfterDeath()!.Value).ToList();

        Assert.Equal(delays.Order(), delays);
        Assert.True(delays[0] < TimeSpan.FromSeconds(1));
        Assert.True(delays.Aggregate(TimeSpan.Zero, (sum, delay) => sum + delay) < AngelRestarts.Window);
        Assert.Null(restarts.AfterDeath());
    }

    [Fact]
    public void A_daemon_that_dies_once_in_a_while_is_always_started_again()
    {
        var restarts = new AngelRestarts(_clock);
        var first = restarts.AfterDeath();

        for (var i = 0; i < 100; i++)
        {
            _clock.Now += AngelRestarts.Window + TimeSpan.FromSeconds(1);
            Assert.Equal(first, restarts.AfterDeath());
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
