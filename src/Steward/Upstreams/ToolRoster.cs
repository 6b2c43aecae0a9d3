using Steward.Configuration;

namespace Steward.Upstreams;

/// <summary>
/// Compares the tools that a run has with those that the server had before. One that is connected but offers nothing, or less, looks well to everybody
/// but its users. Not thread-safe.
/// </summary>
/// <param name="before">What the server had; <see langword="null"/> where that is not known.</param>
/// <param name="serverName">What it calls itself now, with its version.</param>
/// <param name="time">The clock.</param>
internal sealed class ToolRoster(KnownTools? before, string? serverName, TimeProvider time)
{
    private const int MostNames = 5;
    private const int LongestName = 64;

    // What has been gone for so long is not missed any more: else a server whose author has dropped a tool would be degraded for ever.
    private static readonly TimeSpan MissedFor = TimeSpan.FromHours(24);

    // A new version may have other tools. That it has none at all is never meant.
    private bool _isSettled = before?.ServerName is { } known && known != serverName;
    private IReadOnlyCollection<string> _expected = before?.Names ?? [];
    private long _shortSince;

    /// <summary>What is missing, in words; <see langword="null"/> where nothing is.</summary>
    public string? Missing { get; private set; }

    /// <summary>Compares what there is now.</summary>
    /// <param name="now">The names of all tools.</param>
    /// <param name="filter">Those that it does not let pass are missed by nobody.</param>
    /// <param name="isAnnounced">Whether the server itself has said that its tools have changed: then it knows what it does.</param>
    /// <returns>Whether nothing is missing: what there is now is what is expected from now on.</returns>
    public bool Review(IReadOnlyCollection<string> now, ToolFilter filter, bool isAnnounced)
    {
        var expected = _expected.Where(filter.Allows).ToArray();
        string[] missing = [.. expected.Except(now, StringComparer.Ordinal)];
        var isMeant = (isAnnounced || _isSettled) && now.Count > 0;
        if (missing.Length == 0 || isMeant)
            return Accept(now);
        if (Missing is null)
            _shortSince = time.GetTimestamp();
        var have = expected.Length - missing.Length;
        Missing = $"it offers {(have == 0 ? "none" : have)} of the {expected.Length} tools that it had before: missing {(missing.Length == 1 ? "is" : "are")} {BoundedText.Names(missing, MostNames, LongestName)}";
        return false;
    }

    /// <summary>Gives up missing what has been gone for very long.</summary>
    /// <returns>Whether that has just happened.</returns>
    public bool TryForget(IReadOnlyCollection<string> now) =>
        Missing is not null && time.GetElapsedTime(_shortSince) >= MissedFor && Accept(now);

    private bool Accept(IReadOnlyCollection<string> now)
    {
        (_expected, Missing, _isSettled) = (now, null, false);
        return true;
    }
}
