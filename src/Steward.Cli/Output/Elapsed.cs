using System.Globalization;

namespace Steward.Cli.Output;

/// <summary>Writes times for people: as exact as one cares to know.</summary>
internal static class Elapsed
{
    public static string Format(TimeSpan time) => time switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 1 } => Invariant($"{time.Seconds}s"),
        { TotalHours: < 1 } => Invariant($"{time.Minutes}m"),
        { TotalDays: < 1 } => Invariant($"{time.Hours}h {time.Minutes}m"),
        _ => Invariant($"{(int)time.TotalDays}d {time.Hours}h"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
