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
    [InlineData(10, 30_000)]
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
    [InlineData(0, 4, 30_000, 30_000)]
    [InlineData(0, 4, 0, 1_000)]
    [InlineData(1_000, 4, 30_000, 30_000)]
    [InlineData(1_000, int.MaxValue, 30_000, 30_000)]
    public void Beyond_its_attempts_a_server_waits_for_the_longest_time_and_not_less_than_a_second(int initial, int failures, int longest, int milliseconds)
    {
        var policy = new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(initial), BackoffMultiplier = 1, MaxDelay = TimeSpan.FromMilliseconds(longest), MaxRestartAttempts = 3 };
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new Backoff(policy, new FixedRandom(), isRemote: true).Delay(failures));
    }

    [Theory]
    [InlineData(3, 4, false, nameof(FailureVerdict.Retry))]
    [InlineData(3, int.MaxValue, false, nameof(FailureVerdict.Retry))]
    [InlineData(3, 4, true, nameof(FailureVerdict.GiveUp))]
    [InlineData(0, 1, false, nameof(FailureVerdict.NeverRestart))]
    public void A_remote_server_is_given_up_only_where_nothing_can_come_of_it(int allowed, int failures, bool isPermanent, string verdict) =>
        Assert.Equal(verdict, new Backoff(new RestartPolicy { MaxRestartAttempts = allowed }, new FixedRandom(), isRemote: true).Judge(failures, isPermanent).ToString());

    [Fact]
    public void Of_failures_without_end_ever_fewer_are_told()
    {
        var backoff = new Backoff(new RestartPolicy { MaxRestartAttempts = 2 }, new FixedRandom(), isRemote: true);
        Assert.Equal([0, 1, 2, 3, 4, 6, 10, 18], Enumerable.Range(0, 30).Where(backoff.IsWorthTelling));
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
