namespace Steward.Configuration.Keys;

/// <summary>Makes the kinds of number that the configuration has.</summary>
internal static class Number
{
    private const string Milliseconds = "milliseconds";

    public static NumberKey<int> Count(string name, int standard, int min, int max, string description, string unit = "", bool mayBeNull = false) =>
        new(name, description, new(min, max, unit), standard, number => (int)number, count => count) { MayBeNull = mayBeNull };

    public static NumberKey<double> Fraction(string name, double standard, decimal min, decimal max, string description) =>
        new(name, description, new(min, max, Whole: false), standard, number => (double)number, ToDecimal);

    public static NumberKey<TimeSpan> Duration(string name, TimeSpan standard, long minMs, long maxMs, string description, bool appliesLive = false, params IReadOnlyList<string> synonyms) =>
        new(name, description, new(minMs, maxMs, Milliseconds), standard, ToTime, time => (decimal)time.TotalMilliseconds) { Synonyms = synonyms, AppliesLive = appliesLive };

    public static NumberKey<TimeSpan> Days(string name, TimeSpan standard, int min, int max, string description) =>
        new(name, description, new(min, max, "days"), standard, number => TimeSpan.FromDays((int)number), time => (decimal)time.TotalDays);

    /// <summary>A duration where 0 in the file means none, which is <see cref="Timeout.InfiniteTimeSpan"/> in the program.</summary>
    public static NumberKey<TimeSpan> DurationOrNone(string name, TimeSpan standard, long maxMs, string description, bool appliesLive = false, params IReadOnlyList<string> synonyms) =>
        new(name, description, new(0, maxMs, Milliseconds), standard, ToTimeOrNone, OfTimeOrNone)
        {
            Synonyms = synonyms,
            AppliesLive = appliesLive,
        };

    /// <summary>The same where <c>null</c> says none, too.</summary>
    public static NumberKey<TimeSpan> DurationOrNull(string name, TimeSpan standard, long maxMs, string description) =>
        new(name, description, new(0, maxMs, Milliseconds), standard, ToTimeOrNone, OfTimeOrNone) { MayBeNull = true };

    /// <summary>What no decimal can say is out of every range, and stays so.</summary>
    private static decimal ToDecimal(double fraction) => Math.Abs(fraction) < 1e15 ? (decimal)fraction : decimal.MinValue;

    private static TimeSpan ToTimeOrNone(decimal milliseconds) => milliseconds == 0 ? Timeout.InfiniteTimeSpan : ToTime(milliseconds);

    private static decimal OfTimeOrNone(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? 0 : (decimal)time.TotalMilliseconds;

    private static TimeSpan ToTime(decimal milliseconds) => TimeSpan.FromMilliseconds((long)milliseconds);
}
