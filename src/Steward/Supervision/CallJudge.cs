using System.Globalization;
using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>
/// Says what the figures of a server's calls mean. Pure. A finding begins at its limit and ends below half of it, so that a server at the limit
/// does not go to and fro; it takes a number of calls to begin, and none to end.
/// </summary>
internal static class CallJudge
{
    /// <summary>The part of calls that has to be slow.</summary>
    public const double SlowPart = 0.2;

    private const int LeastTimed = 5;
    private const int LeastCalls = 10;

    /// <summary>What is to be said of the server's speed; <see langword="null"/> where it is fast enough.</summary>
    /// <param name="figures">What was counted.</param>
    /// <param name="policy">What is expected.</param>
    /// <param name="isSlow">Whether something was to be said before.</param>
    public static string? Slowness(CallFigures figures, HealthPolicy policy, bool isSlow) =>
        policy.Latency != Timeout.InfiniteTimeSpan && IsOver(figures.Slow, figures.Timed, SlowPart, isSlow ? 1 : LeastTimed, isSlow)
            ? $"slow: {figures.Slow} of {figures.Timed} calls and probes within {CallWindow.Length.TotalMinutes:0} minutes took longer than {Shown(policy.Latency.TotalMilliseconds)} ms (health.latencyMs)"
            : null;

    /// <summary>What is to be said of calls that failed; <see langword="null"/> where there are few.</summary>
    public static string? Errors(CallFigures figures, HealthPolicy policy, bool isFailing) =>
        policy.ErrorRate > 0 && IsOver(figures.Failed, figures.Calls, policy.ErrorRate, isFailing ? 1 : LeastCalls, isFailing)
            ? $"{figures.Failed} of {figures.Calls} calls within {CallWindow.Length.TotalMinutes:0} minutes failed (health.errorRate: {Shown(policy.ErrorRate)})"
            : null;

    private static bool IsOver(int bad, int all, double limit, int least, bool wasOver) =>
        bad > 0 && all >= least && bad >= all * (wasOver ? limit / 2 : limit);

    private static string Shown(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
