using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 2_000)]
    [InlineData(3, 4_000)]
    [InlineData(5, 16_000)]
    [InlineData(6, 30_000)]
    [InlineData(5_000, 30_000)]
    public void Each_wait_is_longer_than_the_one_before_up_to_the_cap(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new Backoff(new RestartPolicy(), new FixedRandom()).Delay(failures));

    [Theory]
    [InlineData(0.0, 900)]
    [InlineData(0.5, 1_000)]
    [InlineData(1.0, 1_100)]
    public void Jitter_reaches_its_bounds_and_no_further(double dice, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new Backoff(new RestartPolicy(), new FixedRandom(dice)).Delay(1));

    [Fact]
    public void Jitter_spreads_the_waits_of_many_servers()
    {
        var backoff = new Backoff(new RestartPolicy(), new Random(7));
        var delays = Enumerable.Range(0, 1000).Select(_ => backoff.Delay(1).TotalMilliseconds).ToArray();
        Assert.All(delays, delay => Assert.InRange(delay, 900, 1100));
        Assert.InRange(delays.Average(), 990, 1010);
        Assert.True(delays.Max() - delays.Min() > 150);
    }

    [Fact]
    public void No_wait_stays_no_wait_however_often_it_failed()
    {
        var policy = new RestartPolicy { InitialDelay = TimeSpan.Zero, BackoffMultiplier = 100, MaxRestartAttempts = int.MaxValue };
        Assert.Equal(TimeSpan.Zero, new Backoff(policy, new FixedRandom()).Delay(100_000));
    }

    [Theory]
    [InlineData(3, 1, false, nameof(FailureVerdict.Retry))]
    [InlineData(3, 3, false, nameof(FailureVerdict.Retry))]
    [InlineData(3, 4, false, nameof(FailureVerdict.GiveUp))]
    [InlineData(3, 1, true, nameof(FailureVerdict.GiveUp))]
    [InlineData(0, 1, false, nameof(FailureVerdict.NeverRestart))]
    [InlineData(0, 1, true, nameof(FailureVerdict.GiveUp))]
    public void The_policy_is_judged_to_the_letter(int allowed, int failures, bool isPermanent, string verdict) =>
        Assert.Equal(verdict, new Backoff(new RestartPolicy { MaxRestartAttempts = allowed }, new FixedRandom()).Judge(failures, isPermanent).ToString());
}
