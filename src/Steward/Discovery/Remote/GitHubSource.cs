using System.Net;
using System.Text.Json;

namespace Steward.Discovery.Remote;

/// <summary>
/// A folder of a GitHub repository on its default branch, a definition in each of its JSON files. Files that did not change are not
/// asked for again; one that is broken hides no other.
/// </summary>
internal sealed class GitHubSource(string owner, string repository, string folder, Uri address) : IDiscoverySource
{
    private const string Prefix = "github:";
    private const string StandardFolder = "servers";
    private const int LongestFolder = 200;
    private const string TokenVariable = "GITHUB_TOKEN";
    private const int MostPages = 10;
    private const int MostFiles = 300;
    private const int LargestFile = 256 * 1024;

    private readonly JsonReader _reader = new();

    public string Name => $"{Prefix}{owner}/{repository}{(folder == StandardFolder ? "" : $"/{folder}")}";

    public string Description => $"definitions in github.com/{owner}/{repository}{(folder == StandardFolder ? "" : $", folder {folder}")}";

    public bool IsRemote => true;

    /// <summary>The source of a name such as <c>github:org/repo</c> or <c>github:org/repo/path/of/folder</c>; null where that is no such name.</summary>
    public static GitHubSource? TryCreate(string name, Uri? address = null)
    {
        if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || name[Prefix.Length..].Split('/') is not [var owner, var repository, .. var folders])
            return null;
        var folder = folders.Length > 0 ? string.Join('/', folders) : StandardFolder;
        return IsName(owner) && IsName(repository) && folders.All(IsName) && folder.Length <= LongestFolder
            ? new(owner, repository, folder, address ?? new Uri(OfficialAddresses.GitHub))
            : null;
    }

    public async Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        using var http = context.CreateHttpClient();
        http.Timeout = Timeout.InfiniteTimeSpan; // the whole source has its time
        var token = context.Variables(TokenVariable) is { Length: > 0 } given ? given : null;
        var problems = new List<string>();
        var files = await ListAsync(http, token, context, problems, cancellationToken).ConfigureAwait(false);
        var definitions = new GitHubDefinitions(Name, context);
        var isComplete = true;
        foreach (var file in files)
        {
            try
            {
                var request = new JsonRequest(file.Download)
                {
                    Token = IsOurs(file.Download) ? token : null,
                    Accept = IsOurs(file.Download) ? "application/vnd.github.raw+json" : "application/json",
                    IsQuerySecret = true, // of a private repository a token of its own stands there, another with each listing
                };
                var answer = await _reader.GetAsync(http, request, context.Time, cancellationToken).ConfigureAwait(false);
                problems.AddRange(answer.Problems);
                definitions.Add(file.Name, file.Page, answer.Root);
            }
            catch (RemoteStatusException limit) when (limit.IsRateLimit)
            {
                problems.Add($"{Explain(limit, token)}. {files.Count - files.IndexOf(file)} of {files.Count} files were not read.");
                isComplete = false;
                break;
            }
            catch (RemoteStatusException failure)
            {
                problems.Add($"{failure.Message}.");
                isComplete = isComplete && (int)failure.Status < 500;
            }
            catch (DiscoveryException failure)
            {
                problems.Add($"{failure.Message}."); // one bad file
            }
        }

        return definitions.ToResult(problems) with { IsComplete = isComplete };
    }

    private async Task<List<GitHubFile>> ListAsync(HttpClient http, string? token, DiscoveryContext context, List<string> problems, CancellationToken cancellationToken)
    {
        var files = new List<GitHubFile>();
        Uri? page = new($"{address.AbsoluteUri.TrimEnd('/')}/repos/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(repository)}/contents/{string.Join('/', folder.Split('/').Select(Uri.EscapeDataString))}?per_page=100"); // without a branch it is the default one
        for (var number = 0; page is not null && number < MostPages; number++)
        {
            try
            {
                var answer = await _reader.GetAsync(http, new JsonRequest(page) { Token = token, Accept = "application/vnd.github+json" }, context.Time, cancellationToken).ConfigureAwait(false);
                if (answer.Root.ValueKind != JsonValueKind.Array)
                    throw new DiscoveryException($"'{folder}' of {owner}/{repository} is no folder. It must hold a JSON file for each server");
                problems.AddRange(answer.Problems);
                files.AddRange(answer.Root.EnumerateArray().Select(item => GitHubFile.Read(item, page)).OfType<GitHubFile>());
                page = answer.Next;
            }
            catch (RemoteStatusException refusal)
            {
                throw new DiscoveryException(Explain(refusal, token), refusal) { RetryAfter = refusal.RetryAfter };
            }
        }

        problems.AddRange(files.Where(file => file.Size > LargestFile).Select(file => $"{file.Name} is left out: it is larger than {LargestFile / 1024} KiB."));
        if (page is not null || files.Count > MostFiles)
            problems.Add($"{owner}/{repository} has more files than are read: {MostFiles} at most.");
        return [.. files.Where(file => file.Size <= LargestFile).Take(MostFiles)];
    }

    private string Explain(RemoteStatusException refusal, string? token) => refusal.Status switch
    {
        _ when refusal.IsRateLimit => $"{refusal.Message}{(token is null ? $", or set {TokenVariable}: with a token GitHub answers more often" : "")}",
        HttpStatusCode.NotFound => $"There is no folder '{folder}' in {owner}/{repository}, or nobody may see it{(token is null ? $". Check the name; for a private repository set {TokenVariable}" : $" with the token in {TokenVariable}. Check both")}",
        HttpStatusCode.Unauthorized => $"GitHub does not accept the token in {TokenVariable} (status 401). Set a valid one, or none",
        _ => refusal.Message,
    };

    private bool IsOurs(Uri url) => url.GetLeftPart(UriPartial.Authority) == address.GetLeftPart(UriPartial.Authority);

    private static bool IsName(string text) => text.Length is > 0 and <= 100 && text is not ("." or "..") && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');
}
