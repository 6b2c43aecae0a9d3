using System.Net;
using System.Text.Json;

namespace Steward.Discovery.Remote;

/// <summary>One reading of a registry, by one version of its API: page after page, to a bound.</summary>
internal sealed class RegistryReading(string source, Uri versionAddress, JsonReader reader, HttpClient http, DiscoveryContext context)
{
    private const int PageSize = 100;
    private const int MostPages = 30;

    // Each is a request of its own; only registries of the first days need them.
    private const int MostDetails = 200;

    private readonly RegistryEntries _entries = new(source, context);
    private readonly List<string> _problems = [];
    private int _details;
    private int _untold;

    /// <summary>Reads the list, as far as it is to be had.</summary>
    /// <exception cref="DiscoveryException">Not even its first page is.</exception>
    public async Task<DiscoveryResult> ReadAsync(CancellationToken cancellationToken)
    {
        var url = FirstPage;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var page = 0; page < MostPages; page++)
        {
            seen.Add(url.AbsoluteUri);
            RemoteJson answer;
            try
            {
                answer = await GetAsync(url, cancellationToken).ConfigureAwait(false);
                await AddAsync(answer, cancellationToken).ConfigureAwait(false);
            }
            catch (DiscoveryException failure) when (page > 0 || _entries.Count > 0)
            {
                return ToResult($"The list of {url.Host} broke off {(page == 0 ? "on its first page" : $"after {page} pages")}: {failure.Message}.") with { IsComplete = false };
            }

            if (NextPage(answer) is not { } next)
                return ToResult();
            if (seen.Contains(next.AbsoluteUri))
                return ToResult($"{url.Host} gives the same page again and again; what came before is listed. Tell whoever runs it.");
            url = next;
        }

        return ToResult($"{url.Host} has more than the {_entries.Count} servers that are listed. Search for a word to find the others.");
    }

    private Uri FirstPage
    {
        get
        {
            var url = $"{versionAddress.AbsoluteUri}/servers?limit={PageSize}&version=latest";
            // It looks for the text as a whole; of several words the longest finds everything that all of them would.
            if (context.Query?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).MaxBy(word => word.Length) is { } word)
                url += $"&search={Uri.EscapeDataString(word)}";
            return new Uri(url);
        }
    }

    /// <summary>By the cursor of an answer; the first registries gave an address, which counts only where it is of theirs.</summary>
    private Uri? NextPage(RemoteJson answer)
    {
        if (answer.Root.Member("metadata")?.Text("nextCursor", "next_cursor") is { } cursor)
            return new Uri($"{FirstPage.AbsoluteUri}&cursor={Uri.EscapeDataString(cursor)}");
        return answer.Root.Text("next") is { } text && Uri.TryCreate(versionAddress, text, out var next)
            && next.GetLeftPart(UriPartial.Authority) == versionAddress.GetLeftPart(UriPartial.Authority) ? next : null;
    }

    private async Task AddAsync(RemoteJson answer, CancellationToken cancellationToken)
    {
        foreach (var item in answer.Root.Items("servers"))
        {
            if (RegistryEntry.Read(item) is not { IsOffered: true } entry)
                continue;
            if (entry.DetailsId is { } id)
                await AddDetailsAsync(entry, id, cancellationToken).ConfigureAwait(false);
            else
                _entries.Add(entry, $"{versionAddress.AbsoluteUri}/servers/{Uri.EscapeDataString(entry.Name)}/versions/latest");
        }
    }

    private async Task AddDetailsAsync(RegistryEntry listed, string id, CancellationToken cancellationToken)
    {
        if (context.Query is { } query && !ServerQuery.Matches(query, listed.Name, listed.Description))
            return; // such a registry does not search by itself
        if (_details++ >= MostDetails)
        {
            _untold++;
            return;
        }

        var url = new Uri($"{versionAddress.AbsoluteUri}/servers/{Uri.EscapeDataString(id)}");
        try
        {
            var answer = await GetAsync(url, cancellationToken).ConfigureAwait(false);
            if (RegistryEntry.Read(answer.Root) is { IsOffered: true } entry)
                _entries.Add(entry, url.AbsoluteUri);
        }
        catch (DiscoveryException failure) when (failure is RemoteStatusException { Status: HttpStatusCode.NotFound } || failure.InnerException is JsonException)
        {
            _problems.Add($"{listed.Name} is left out: {failure.Message}.");
        }
    }

    private async Task<RemoteJson> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        var answer = await reader.GetAsync(http, new JsonRequest(url), context.Time, cancellationToken).ConfigureAwait(false);
        _problems.AddRange(answer.Problems);
        return answer;
    }

    private DiscoveryResult ToResult(params IEnumerable<string> last)
    {
        if (_untold > 0)
            _problems.Add($"{versionAddress.Host} tells of each server by itself how it is started. It was asked for {MostDetails}; {_untold} more are left out. Search for a word to find them.");
        return _entries.ToResult([.. _problems, .. last]);
    }
}
