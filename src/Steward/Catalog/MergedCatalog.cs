using Steward.Configuration;
using Steward.Gateway;
using Steward.Upstreams.Remote;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>Everything that the merged endpoint offers, at one moment. Immutable: a request reads one and sees a consistent world.</summary>
internal sealed class MergedCatalog
{
    private readonly MergedList[] _lists;
    private readonly (UriTemplate Template, CatalogRoute Route)[] _templates;
    private readonly Dictionary<string, GatewayServer> _servers;
    private readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>>> _parameterHeaders;

    /// <param name="sources">The servers in the order in which their items are to stand.</param>
    /// <param name="naming">How names look.</param>
    /// <param name="shape">How tools are shown.</param>
    public MergedCatalog(IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources, ToolNaming naming, ToolShape shape)
    {
        Sources = sources;
        _lists = [.. Enum.GetValues<CatalogKind>().Select(kind => new MergedList(kind, sources, naming, shape))];
        _templates = [.. this[CatalogKind.ResourceTemplates].Routes
            .Select(route => (new UriTemplate(route.Key), route.Value))
            .OrderByDescending(template => template.Item1.Weight)];
        _servers = sources.ToDictionary(source => source.Server.Id, source => source.Server, StringComparer.Ordinal);
        _parameterHeaders = new(() => ReadParameterHeaders(sources));
    }

    /// <summary>What it was made of.</summary>
    public IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> Sources { get; }

    public MergedList this[CatalogKind kind] => _lists[(int)kind];

    /// <summary>By exposed name, the parameters of tools that clients repeat in headers; only tools that have any are in it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>> ParameterHeaders => _parameterHeaders.Value;

    /// <summary>Where a resource is found: by its listed URI, by a URI that names its server, or by a template.</summary>
    public CatalogRoute? FindResource(string uri)
    {
        if (this[CatalogKind.Resources].Find(uri) is { } listed)
            return listed;
        if (ParseOwned(uri) is { } owned)
            return owned;
        foreach (var (template, route) in _templates)
        {
            if (template.Matches(uri))
                return new CatalogRoute(route.Server, uri, JsonRpcWriter.String(uri));
        }

        return null;
    }

    /// <summary>The kinds in which the lists that clients see differ.</summary>
    public IEnumerable<CatalogKind> Differences(MergedCatalog other) =>
        Enum.GetValues<CatalogKind>().Where(kind => !this[kind].Whole.AsSpan().SequenceEqual(other[kind].Whole));

    /// <summary>The URI under which a server's resource is known here.</summary>
    public string ExposedUri(GatewayServer server, string uri)
    {
        var owned = ExposedName.Uri(server.Id, uri);
        return this[CatalogKind.Resources].Find(owned) is null ? uri : owned;
    }

    private Dictionary<string, IReadOnlyList<ToolHeader>> ReadParameterHeaders(IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources)
    {
        var byTool = new Dictionary<string, IReadOnlyList<ToolHeader>>(StringComparer.Ordinal);
        var catalogs = sources.ToDictionary(source => source.Server, source => source.Catalog);
        foreach (var (name, route) in this[CatalogKind.Tools].Routes)
        {
            if (catalogs[route.Server].ParameterHeaders.TryGetValue(route.Name, out var headers))
                byTool.Add(name, headers);
        }

        return byTool;
    }

    private CatalogRoute? ParseOwned(string uri)
    {
        const string Prefix = "steward://";
        if (!uri.StartsWith(Prefix, StringComparison.Ordinal) || uri.IndexOf('/', Prefix.Length) is not (> 0 and var slash))
            return null;
        var own = uri[(slash + 1)..];
        return _servers.TryGetValue(uri[Prefix.Length..slash], out var server) ? new CatalogRoute(server, own, JsonRpcWriter.String(own)) : null;
    }
}
