using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>Reads lists that come in pages.</summary>
internal static class ListReader
{
    // The official SDKs send all in one page, busy servers some hundred in each.
    private const int MaxPages = 1_000;

    /// <summary>Reads all pages. A server that does not have the list has an empty one.</summary>
    /// <typeparam name="T">What is listed.</typeparam>
    /// <param name="method">The request, for people.</param>
    /// <param name="page">Reads the page after a cursor, and says which cursor comes next.</param>
    /// <exception cref="McpException">The server pages for ever, or answers with an error.</exception>
    public static async ValueTask<IReadOnlyList<T>> ReadAsync<T>(string method, Func<string?, ValueTask<(IEnumerable<T> Items, string? Next)>> page)
    {
        var all = new List<T>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            try
            {
                (var items, cursor) = await page(cursor).ConfigureAwait(false);
                all.AddRange(items);
            }
            catch (McpProtocolException missing) when (missing.ErrorCode == McpErrorCode.MethodNotFound && seen.Count == 0)
            {
                return [];
            }

            if (cursor is not null && (!seen.Add(cursor) || seen.Count >= MaxPages))
                throw new McpException($"The server's answers to {method} do not come to an end: {(seen.Count >= MaxPages ? $"there are more than {MaxPages} pages" : "it gave the same cursor twice")}.");
        }
        while (cursor is not null);
        return all;
    }
}
