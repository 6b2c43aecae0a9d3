using Steward.Gateway;

namespace Steward.Catalog;

/// <summary>Where a name of the merged endpoint leads.</summary>
/// <param name="Server">The server that has it.</param>
/// <param name="Name">What the server calls it.</param>
/// <param name="NameJson">The same as a JSON string, quotes included.</param>
internal sealed record CatalogRoute(GatewayServer Server, string Name, byte[] NameJson);
