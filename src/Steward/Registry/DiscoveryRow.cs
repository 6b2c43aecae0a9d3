namespace Steward.Registry;

/// <summary>What a source of servers gave when it was last asked.</summary>
/// <param name="Key">The source, and what it was asked for.</param>
/// <param name="Document">The answer, as its reader wrote it. It may hold secrets.</param>
/// <param name="DiscoveredAt">When it was asked.</param>
/// <param name="ExpiresAt">From when on it is to be asked again.</param>
internal sealed record DiscoveryRow(string Key, ReadOnlyMemory<byte> Document, DateTimeOffset DiscoveredAt, DateTimeOffset ExpiresAt);
