using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>A run of a server as its clients reach it: one upstream, or several that are alike.</summary>
internal interface IUpstreamRun : IServerRun
{
    /// <summary>All that run now.</summary>
    IReadOnlyList<UpstreamRun> All { get; }

    /// <summary>
    /// The one that speaks for the server: its lists are shown, and clients' subscriptions are made there. The same for as long as it runs;
    /// <see langword="null"/> in the moment in which none runs any more.
    /// </summary>
    UpstreamRun? Lead { get; }

    /// <summary>The one with the fewest calls in flight of those that take calls; <see langword="null"/> where there is none.</summary>
    UpstreamRun? LeastBusy { get; }

    /// <summary>How much was said over all of them, and over those before them.</summary>
    /// <param name="connectedAt">Since when the server has been ready.</param>
    ConnectionStatistics Measure(DateTimeOffset? connectedAt);

    /// <summary>Whether there is one to take calls, beside one whose end is about to be seen.</summary>
    bool IsThere(UpstreamConnection? gone);
}
