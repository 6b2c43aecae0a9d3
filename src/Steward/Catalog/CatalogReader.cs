using System.Text.Json;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>Reads a server's lists to their ends.</summary>
internal static class CatalogReader
{
    // A server whose cursors never end is stopped here rather than followed into exhaustion.
    private const int MaxPages = 1_000;
    private const int MaxItems = 100_000;

    /// <summary>Reads the lists that the server says it has.</summary>
    public static async Task<ServerCatalog> ReadAllAsync(UpstreamConnection connection, ToolFilter filter, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var kinds = Enum.GetValues<CatalogKind>();
        var lists = await Task.WhenAll(kinds.Select(kind => ReadAsync(connection, kind, filter, timeout, cancellationToken))).ConfigureAwait(false);
        return new ServerCatalog(lists);
    }

    /// <summary>Reads one list; empty where the server does not have it.</summary>
    /// <exception cref="UpstreamErrorException">The server answered with an error.</exception>
    /// <exception cref="JsonException">The server answered with something else than a list.</exception>
    public static async Task<CatalogList> ReadAsync(UpstreamConnection connection, CatalogKind kind, ToolFilter filter, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!connection.Server.Has(kind))
            return CatalogList.Empty;

        CacheHint? cache = null;
        var items = new List<CatalogItem>();
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        byte[]? cursor = null;
        for (var page = 0; page < MaxPages && items.Count < MaxItems; page++)
        {
            byte[] result;
            try
            {
                result = await connection.RequestAsync(kind.ListMethod(), Parameters(cursor), timeout, cancellationToken).ConfigureAwait(false);
            }
            catch (UpstreamErrorException error) when (error.Code == JsonRpcErrorCode.MethodNotFound)
            {
                return CatalogList.Empty; // declares resources but has no templates: common, and no fault
            }

            cursor = CatalogPage.Read(kind, result, items);
            cache = cache?.And(CacheHint.Read(result)) ?? CacheHint.Read(result); // the list is as good as its weakest page
            if (cursor is null || !cursors.Add(Convert.ToBase64String(cursor)))
                break;
        }

        if (kind != CatalogKind.Tools)
            return new CatalogList(items, cache ?? CacheHint.None);
        var accepted = connection.Accept(items);
        return new CatalogList(filter.IsOpen ? accepted : [.. accepted.Where(item => filter.Allows(item.Key))], cache ?? CacheHint.None);
    }

    private static byte[] Parameters(byte[]? cursor) => cursor is null
        ? []
        : JsonRpcWriter.Object(json =>
        {
            json.WritePropertyName("cursor"u8);
            json.WriteRawValue(cursor, skipInputValidation: true);
        });
}
