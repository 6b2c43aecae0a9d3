using System.Buffers;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Rounds;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>One kind of list over all servers: the answer to give, ready made, and where each name leads.</summary>
internal sealed class MergedList
{
    private readonly Dictionary<string, CatalogRoute> _routes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _claimed = new(StringComparer.Ordinal); // whose each name is, before a group gives it another
    private readonly ToolShape _shape;
    private readonly Lazy<byte[]> _modernResult;
    private readonly Dictionary<string, CatalogRoute>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public MergedList(CatalogKind kind, IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources, ToolNaming naming, ToolShape shape)
    {
        _shape = kind == CatalogKind.Tools ? shape : ToolShape.None;
        _lookup = _routes.GetAlternateLookup<ReadOnlySpan<char>>();
        var claims = CountClaims(kind, sources);
        var result = new ArrayBufferWriter<byte>(1024);
        Begin(result, kind);
        foreach (var (server, catalog) in sources)
        {
            foreach (var item in catalog[kind])
            {
                var name = kind is CatalogKind.Resources or CatalogKind.ResourceTemplates
                    ? claims[item.Key] == 1 ? item.Key : ExposedName.Uri(server.Id, item.Key)
                    : Claim(server.Id, item.Key, naming == ToolNaming.OnCollision && claims[item.Key] == 1, sources);
                if (!_claimed.TryAdd(name, server.Id) || _shape.NameOf(name) is not { } shown)
                    continue; // a server that lists a name twice means one thing
                _routes.Add(shown, new CatalogRoute(server, item.Key, item.KeyRange.Of(item.Raw).ToArray()));
                if (_routes.Count > 1)
                    result.Write(","u8);
                WriteItem(result, _shape.Describe(name, item), shown);
            }
        }

        result.Write("]}"u8);
        Whole = result.WrittenSpan.ToArray();
        Result = kind == CatalogKind.Tools ? LegacyTools.OfResult(Whole) : Whole;
        var cache = CacheOf(kind, sources);
        _modernResult = new Lazy<byte[]>(() => ModernResult.Complete(Whole, kind.Method(), cache, StewardIdentity.Json));
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

    /// <summary>The <c>result</c> of the list request with all that the servers say.</summary>
    public byte[] Whole { get; }

    /// <summary>The same for clients of the legacy era.</summary>
    public byte[] Result { get; }

    /// <summary>The same for clients of an era.</summary>
    public byte[] ResultFor(ProtocolEra era) => era == ProtocolEra.Legacy ? Result : _modernResult.Value;

    public IReadOnlyDictionary<string, CatalogRoute> Routes => _routes;

    /// <summary>Where a name leads, or <see langword="null"/>.</summary>
    public CatalogRoute? Find(ReadOnlySpan<char> name) => _lookup.TryGetValue(name, out var route) ? route : null;

    /// <summary>The list is as good as the weakest of its parts.</summary>
    private static CacheHint CacheOf(CatalogKind kind, IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources) =>
        sources.Where(source => source.Catalog[kind].Count > 0).Select(source => source.Catalog.Cache(kind)).DefaultIfEmpty(CacheHint.None).Aggregate((one, other) => one.And(other));

    private static Dictionary<string, int> CountClaims(CatalogKind kind, IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources)
    {
        var claims = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var key in sources.SelectMany(source => source.Catalog[kind].Select(item => item.Key).Distinct(StringComparer.Ordinal)))
            claims[key] = claims.GetValueOrDefault(key) + 1;
        return claims;
    }

    /// <summary>The name of a tool or prompt. Which servers run just now must not matter: a name may never come to mean another tool.</summary>
    private string Claim(string server, string key, bool mayStand, IReadOnlyList<(GatewayServer Server, ServerCatalog Catalog)> sources)
    {
        if (mayStand && key.Length <= ExposedName.MaxLength && !IsTaken(key, server))
            return key;

        var name = ExposedName.Of(server, key);
        // "a" + "b__c" reads like "a__b" + "c": the name is that of the server whose id says more.
        var readsAsAnothers = sources.Any(source => source.Server.Id.Length > server.Length && name.StartsWith($"{source.Server.Id}__", StringComparison.Ordinal));
        return readsAsAnothers || IsTaken(name, server) ? ExposedName.Hashed(server, key) : name;
    }

    private bool IsTaken(string name, string server) => _shape.Reserves(name) || (_claimed.TryGetValue(name, out var other) && other != server);

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
