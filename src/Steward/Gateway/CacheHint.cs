using System.Buffers.Text;
using Steward.Wire;

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

    /// <summary>What a <c>result</c> says of itself. What it does not say, or says wrongly, is <see cref="None"/>'s.</summary>
    public static CacheHint Read(ReadOnlySpan<byte> result)
    {
        var parts = ResultParts.Parse(result);
        var ttl = parts.TtlMs.Of(result);
        return new CacheHint(
            Utf8Parser.TryParse(ttl, out long milliseconds, out var read) && read == ttl.Length && milliseconds > 0 ? milliseconds : 0,
            parts.CacheScope.Of(result).SequenceEqual("\"public\""u8));
    }

    /// <summary>What holds of two results together: the shorter time, and for everybody only where both are.</summary>
    public CacheHint And(CacheHint other) => new(Math.Min(TtlMs, other.TtlMs), IsPublic && other.IsPublic);
}
