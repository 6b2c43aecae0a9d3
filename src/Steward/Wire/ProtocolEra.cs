namespace Steward.Wire;

/// <summary>
/// How two sides come to know each other.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#terminology"/>.
/// </summary>
internal enum ProtocolEra : byte
{
    /// <summary>By an <c>initialize</c> handshake that opens a session: revisions up to 2025-11-25.</summary>
    Legacy,

    /// <summary>By what every request says in its <c>_meta</c>: 2026-07-28 and later.</summary>
    Modern,
}
