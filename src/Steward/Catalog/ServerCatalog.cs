using System.Text.Json;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Upstreams.Remote;

namespace Steward.Catalog;

/// <summary>What one server offers, after its filter. Immutable; a change is a new one.</summary>
internal sealed class ServerCatalog
{
    private readonly CatalogList[] _lists;
    private readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>>> _parameterHeaders;
    private readonly Lazy<IReadOnlyDictionary<string, TaskSupport>> _taskTools;

    public ServerCatalog(CatalogList[] lists)
    {
        _lists = lists;
        _parameterHeaders = new(ReadParameterHeaders);
        _taskTools = new(() => TaskSupports.Read(this[CatalogKind.Tools]));
    }

    public static ServerCatalog Empty { get; } = new([CatalogList.Empty, CatalogList.Empty, CatalogList.Empty, CatalogList.Empty]);

    public IReadOnlyList<CatalogItem> this[CatalogKind kind] => _lists[(int)kind].Items;

    /// <summary>By tool, the parameters that clients repeat in headers; only tools that have any are in it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>> ParameterHeaders => _parameterHeaders.Value;

    /// <summary>By tool, whether it is called as a task; those are not in it that never are.</summary>
    public IReadOnlyDictionary<string, TaskSupport> TaskTools => _taskTools.Value;

    /// <summary>For how long the server says that a list is good, and for whom.</summary>
    public CacheHint Cache(CatalogKind kind) => _lists[(int)kind].Cache;

    public ServerCatalog With(CatalogKind kind, CatalogList list)
    {
        CatalogList[] lists = [.. _lists];
        lists[(int)kind] = list;
        return new ServerCatalog(lists);
    }

    /// <summary>The same without the tools that a filter does not let pass.</summary>
    public ServerCatalog Filtered(ToolFilter filter) => filter.IsOpen
        ? this
        : With(CatalogKind.Tools, _lists[(int)CatalogKind.Tools] with { Items = [.. this[CatalogKind.Tools].Where(tool => filter.Allows(tool.Key))] });

    /// <summary>Whether another says the same of how long its lists are good.</summary>
    public bool LastsAs(ServerCatalog other) => _lists.Zip(other._lists).All(pair => pair.First.Cache == pair.Second.Cache);

    /// <summary>The kinds in which two catalogs differ.</summary>
    public IEnumerable<CatalogKind> Differences(ServerCatalog other) =>
        Enum.GetValues<CatalogKind>().Where(kind => !this[kind].Select(item => item.Raw).SequenceEqual(other[kind].Select(item => item.Raw), ByBytes.Instance));

    private Dictionary<string, IReadOnlyList<ToolHeader>> ReadParameterHeaders()
    {
        var byTool = new Dictionary<string, IReadOnlyList<ToolHeader>>(StringComparer.Ordinal);
        foreach (var tool in this[CatalogKind.Tools])
        {
            if (ReadHeaders(tool) is { Count: > 0 } headers)
                byTool.TryAdd(tool.Key, headers);
        }

        return byTool;
    }

    /// <summary>None where an annotation breaks the rules: clients must not use such a tool at all.</summary>
    private static IReadOnlyList<ToolHeader> ReadHeaders(CatalogItem tool)
    {
        try
        {
            var headers = ToolAnnotations.Read(tool.Raw, out var problem);
            return problem is null ? headers : [];
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            return [];
        }
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>
    {
        public static readonly ByBytes Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
