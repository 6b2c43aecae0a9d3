namespace Steward.Supervision;

/// <summary>An update for which the new version of a server is started beside the running one: under way, or how the last one ended.</summary>
public sealed record ServerUpdate
{
    /// <summary>How far it has come.</summary>
    public ServerUpdateState State { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; absent while it is under way.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The process of the new version, while the old one still has the calls.</summary>
    public int? Pid { get; init; }

    /// <summary>Why the new version did not take the old one's place, in words.</summary>
    public string? Error { get; init; }

    /// <summary>What the new version offers otherwise than the old one, in words, such as <c>tools: +search, -find</c>; absent where it offers the same.</summary>
    public string? Changes { get; init; }
}
