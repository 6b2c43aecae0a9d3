using Steward.Catalog;

namespace Steward.Upstreams;

/// <summary>What is known of a server from an earlier life of this process.</summary>
/// <param name="Catalog">What it offered when it last ran, after its filter.</param>
/// <param name="Said">What it said of itself then; <see langword="null"/> where that is not known.</param>
internal sealed record Recollection(ServerCatalog Catalog, HandshakeResult? Said);
