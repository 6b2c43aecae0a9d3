using Steward.Gateway;

namespace Steward.Catalog;

/// <summary>One list of a server, and how long it is good.</summary>
internal sealed record CatalogList(IReadOnlyList<CatalogItem> Items, CacheHint Cache)
{
    public static CatalogList Empty { get; } = new([], CacheHint.None);
}
