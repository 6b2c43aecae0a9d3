namespace Steward.Configuration.Sections;

/// <summary>Bounds that several sections share.</summary>
internal static class Limits
{
    /// <summary>No timer of Steward runs longer than a day.</summary>
    public const long DayMs = 24 * 60 * 60 * 1000;

    /// <summary>A stop is bounded, and nobody waits longer than this for one.</summary>
    public const long StopMs = 10 * 60 * 1000;
}
