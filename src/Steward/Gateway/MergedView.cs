using Steward.Catalog;
using Steward.Configuration;

namespace Steward.Gateway;

/// <summary>Some servers as one: what they offer together.</summary>
/// <param name="servers">The servers.</param>
/// <param name="naming">How names look.</param>
/// <param name="group">How they are shown, where they are a group.</param>
internal sealed class MergedView(ServerDirectory servers, ToolNaming naming, GroupConfig? group = null)
{
    private readonly ToolShape _shape = group is null ? ToolShape.None : new(group);
    private MergedCatalog _catalog = new([], naming, ToolShape.None);

    /// <summary>The group that the servers are; <see langword="null"/> where it is none that the operator named.</summary>
    public GroupConfig? Group => group;

    public ServerDirectory Servers => servers;

    /// <summary>What they offer now.</summary>
    public MergedCatalog Catalog => Volatile.Read(ref _catalog);

    /// <summary>Whether servers offer something else by now.</summary>
    public bool IsBehind => !servers.All.Select(static server => (server, server.Offered)).SequenceEqual(Catalog.Sources);

    /// <summary>Merges anew. To be called by one at a time.</summary>
    /// <returns>The kinds whose lists are different now.</returns>
    public CatalogKind[] Merge()
    {
        var merged = new MergedCatalog([.. servers.All.Select(server => (server, server.Announced))], naming, _shape);
        CatalogKind[] differences = [.. merged.Differences(_catalog)];
        Volatile.Write(ref _catalog, merged);
        return differences;
    }
}
