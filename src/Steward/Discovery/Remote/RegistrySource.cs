using System.Net;

namespace Steward.Discovery.Remote;

/// <summary>
/// A registry that speaks the API of the official one: https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/openapi.yaml.
/// It searches by itself, and is asked for a bounded number of pages.
/// </summary>
internal sealed class RegistrySource(Uri address) : IDiscoverySource
{
    private const int PageSize = 100;
    private const int MostPages = 30;

    // v0.1 is the stable one; older registries have v0 only.
    private static readonly string[] ApiVersions = ["v0.1", "v0"];

    private readonly JsonReader _reader = new();

    public string Name => "registry";

    public string Description => $"the MCP registry at {address.Host}";

    public bool IsRemote => true;

    public bool Searches => true;

    public async Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        using var http = context.CreateHttpClient();
        http.Timeout = Timeout.InfiniteTimeSpan; // the whole source has its time
        RemoteStatusException? missing = null;
        foreach (var version in ApiVersions)
        {
            try
            {
                return await ReadAsync(http, version, context, cancellationToken).ConfigureAwait(false);
            }
            catch (RemoteStatusException status) when (status.Status == HttpStatusCode.NotFound)
            {
                missing ??= status;
            }
        }

        throw new DiscoveryException($"{missing!.Message}: 'registryUrl' of the section 'discovery' must be the address of a registry, without /v0.1/servers", missing);
    }

    private async Task<DiscoveryResult> ReadAsync(HttpClient http, string version, DiscoveryContext context, CancellationToken cancellationToken)
    {
        var entries = new RegistryEntries(Name, context);
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        for (var page = 0; page < MostPages; page++)
        {
            RemoteJson answer;
            try
            {
                answer = await _reader.GetAsync(http, new JsonRequest(PageUrl(version, context.Query, cursor)), context.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (DiscoveryException failure) when (page > 0)
            {
                return entries.ToResult([$"The list of {address.Host} broke off after {page} pages: {failure.Message}."]) with { IsComplete = false };
            }

            foreach (var item in answer.Root.Items("servers"))
                entries.Add(item, LocationOf(version, RegistryEntry.Read(item)?.Name));
            cursor = answer.Root.Member("metadata")?.Text("nextCursor", "next_cursor");
            if (cursor is null)
                return entries.ToResult([]);
            if (!cursors.Add(cursor))
                return entries.ToResult([$"{address.Host} gives the same page again and again; what came before is listed. Tell whoever runs it."]);
        }

        return entries.ToResult([$"{address.Host} has more than the {entries.Count} servers that are listed. Search for a word to find the others."]);
    }

    private Uri PageUrl(string version, string? query, string? cursor)
    {
        var url = $"{address.AbsoluteUri.TrimEnd('/')}/{version}/servers?limit={PageSize}&version=latest";
        // It looks for the text as a whole; of several words the longest finds everything that all of them would.
        if (query?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).MaxBy(word => word.Length) is { } word)
            url += $"&search={Uri.EscapeDataString(word)}";
        return new Uri(cursor is null ? url : $"{url}&cursor={Uri.EscapeDataString(cursor)}");
    }

    private string LocationOf(string version, string? name) => $"{address.AbsoluteUri.TrimEnd('/')}/{version}/servers/{Uri.EscapeDataString(name ?? "")}/versions/latest";
}
