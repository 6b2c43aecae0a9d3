namespace Steward.Gateway;

/// <summary>
/// How long a result may be taken for fresh, and by whom.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching"/>.
/// </summary>
/// <param name="TtlMs">For how many milliseconds; 0 for not at all.</param>
/// <param name="IsPublic">Whether it is the same for everybody.</param>
internal readonly record struct CacheHint(long TtlMs, bool IsPublic)
{
    /// <summary>What is said of a result of which nothing is known: stale at once, and for its caller alone.</summary>
    public static CacheHint None => default;
}
