using System.Buffers;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>One kind of list over all servers: the answer to give, ready made, and where each name leads.</summary>
internal sealed class MergedList
{
    private readonly Dictionary<string, CatalogRoute> _routes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CatalogRoute>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public MergedList(CatalogKind kind, IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources, ToolNaming naming)
    {
        _lookup = _routes.GetAlternateLookup<ReadOnlySpan<char>>();
        var claims = CountClaims(kind, sources);
        var result = new ArrayBufferWriter<byte>(1024);
        Begin(result, kind);
        foreach (var (server, catalog) in sources)
        {
            foreach (var item in catalog[kind])
            {
                var name = Claim(kind, server.Id, item.Key, naming, claims);
                if (!_routes.TryAdd(name, new CatalogRoute(server, item.Key, item.KeyRange.Of(item.Raw).ToArray())))
                    continue; // a server that lists a name twice means one thing
                if (_routes.Count > 1)
                    result.Write(","u8);
                WriteItem(result, item, name);
            }
        }

        result.Write("]}"u8);
        Result = result.WrittenSpan.ToArray();
    }

    /// <summary>The list of one server alone, its names untouched.</summary>
    public static byte[] Unmerged(CatalogKind kind, ServerCatalog catalog)
    {
        var result = new ArrayBufferWriter<byte>(1024);
        Begin(result, kind);
        foreach (var (index, item) in catalog[kind].Index())
        {
            if (index > 0)
                result.Write(","u8);
            result.Write(item.Raw);
        }

        result.Write("]}"u8);
        return result.WrittenSpan.ToArray();
    }

    /// <summary>The <c>result</c> of the list request.</summary>
    public byte[] Result { get; }

    public IReadOnlyDictionary<string, CatalogRoute> Routes => _routes;

    /// <summary>Where a name leads, or <see langword="null"/>.</summary>
    public CatalogRoute? Find(ReadOnlySpan<char> name) => _lookup.TryGetValue(name, out var route) ? route : null;

    private static Dictionary<string, int> CountClaims(CatalogKind kind, IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources)
    {
        var claims = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var key in sources.SelectMany(source => source.Catalog[kind].Select(item => item.Key).Distinct(StringComparer.Ordinal)))
            claims[key] = claims.GetValueOrDefault(key) + 1;
        return claims;
    }

    private string Claim(CatalogKind kind, string server, string key, ToolNaming naming, Dictionary<string, int> claims)
    {
        if (kind is CatalogKind.Resources or CatalogKind.ResourceTemplates)
            return claims[key] == 1 ? key : ExposedName.Uri(server, key);
        if (naming == ToolNaming.OnCollision && claims[key] == 1 && key.Length <= ExposedName.MaxLength)
            return key;

        var name = ExposedName.Of(server, key);
        return _routes.TryGetValue(name, out var taken) && taken.Server.Id != server ? ExposedName.Hashed(server, key) : name;
    }

    private static void Begin(ArrayBufferWriter<byte> result, CatalogKind kind)
    {
        result.Write("{\""u8);
        result.Write(kind.ItemsMember());
        result.Write("\":["u8);
    }

    private static void WriteItem(ArrayBufferWriter<byte> result, CatalogItem item, string name)
    {
        if (name == item.Key)
        {
            result.Write(item.Raw);
            return;
        }

        result.Write(item.Raw.AsSpan(0, item.KeyRange.Start));
        result.Write(JsonRpcWriter.String(name));
        result.Write(item.Raw.AsSpan(item.KeyRange.End));
    }
}
