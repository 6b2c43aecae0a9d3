using Steward.Wire;

namespace Steward.Catalog;

/// <summary>One tool, prompt, resource or template, as the server described it.</summary>
/// <param name="Key">Its name, URI or URI template.</param>
/// <param name="Raw">The whole JSON object.</param>
/// <param name="KeyRange">Where the key's JSON string stands in <paramref name="Raw"/>, quotes included.</param>
internal sealed record CatalogItem(string Key, byte[] Raw, ByteRange KeyRange);
