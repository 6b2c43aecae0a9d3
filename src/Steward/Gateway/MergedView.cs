using Steward.Catalog;
using Steward.Configuration;

namespace Steward.Gateway;

/// <summary>Some servers as one: what they offer together.</summary>
internal sealed class MergedView(ServerDirectory servers, ToolNaming naming)
{
    private MergedCatalog _catalog = new([], naming);

    public ServerDirectory Servers => servers;

    /// <summary>What they offer now.</summary>
    public MergedCatalog Catalog => Volatile.Read(ref _catalog);

    /// <summary>Merges anew. To be called by one at a time.</summary>
    /// <returns>The kinds whose lists are different now.</returns>
    public CatalogKind[] Merge()
    {
        var merged = new MergedCatalog([.. servers.All.Select(server => (server, server.Catalog))], naming);
        CatalogKind[] differences = [.. merged.Differences(_catalog)];
        Volatile.Write(ref _catalog, merged);
        return differences;
    }
}
