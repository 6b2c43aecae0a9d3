using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>history</c>.</summary>
internal static class HistorySection
{
    private static readonly HistoryConfig Standard = new();

    private static readonly NumberKey<TimeSpan> MaxAgeDays = Number.Days("maxAgeDays", Standard.MaxAge, 1, 36_500,
        "How long a row is kept. A connection that lasts stays.");

    private static readonly NumberKey<int> MaxRows = Number.Count("maxRows", Standard.MaxRows, 1, 10_000_000,
        "How many connections, and how many events, are kept; the oldest go first.");

    public static KeySet Keys { get; } = new("history", [MaxAgeDays, MaxRows]);

    public static HistoryConfig Read(ConfigSection section, HistoryConfig inherited) => new()
    {
        MaxAge = section.Read(MaxAgeDays, inherited.MaxAge),
        MaxRows = section.Read(MaxRows, inherited.MaxRows),
    };

    public static void Visit(IKeyVisitor visitor, HistoryConfig history, HistoryConfig other)
    {
        visitor.Visit(MaxAgeDays, history.MaxAge, other.MaxAge);
        visitor.Visit(MaxRows, history.MaxRows, other.MaxRows);
    }
}
