using System.Text.Json;
using Steward.Catalog;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Which tools of a server want which parameters repeated in headers. Whoever reads the server's list of tools shows it here;
/// the link looks it up with each call.
/// </summary>
internal sealed class ToolHeaderTable
{
    private volatile Dictionary<string, IReadOnlyList<ToolHeader>> _headers = [];

    /// <summary>Takes a list that was read anew, and returns those of its tools that may be offered.</summary>
    /// <param name="tools">The whole list.</param>
    /// <param name="refused">Called with the name of each tool that may not, and the reason.</param>
    public IReadOnlyList<CatalogItem> Take(IReadOnlyList<CatalogItem> tools, Action<string, string> refused)
    {
        var headers = new Dictionary<string, IReadOnlyList<ToolHeader>>(StringComparer.Ordinal);
        var offered = new List<CatalogItem>(tools.Count);
        foreach (var tool in tools)
        {
            var marked = Read(tool, out var problem);
            if (problem is not null)
            {
                refused(tool.Key, problem);
                continue;
            }

            offered.Add(tool);
            if (marked.Count > 0)
                headers[tool.Key] = marked;
        }

        _headers = headers;
        return offered;
    }

    /// <summary>What calls of a tool repeat in headers.</summary>
    public IReadOnlyList<ToolHeader> Find(string tool) => _headers.TryGetValue(tool, out var headers) ? headers : [];

    private static IReadOnlyList<ToolHeader> Read(CatalogItem tool, out string? problem)
    {
        try
        {
            return ToolAnnotations.Read(tool.Raw, out problem);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            problem = $"its schema cannot be read: {unreadable.Message}";
            return [];
        }
    }
}
