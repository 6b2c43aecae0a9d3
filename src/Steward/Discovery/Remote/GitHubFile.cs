using System.Text.Json;

namespace Steward.Discovery.Remote;

/// <summary>A file as GitHub lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Download">Where its text is.</param>
/// <param name="Page">Where people see it.</param>
internal sealed record GitHubFile(string Name, long Size, Uri Download, string Page)
{
    /// <summary>Reads an entry of a listing; null where it is no JSON file.</summary>
    /// <param name="item">The entry.</param>
    /// <param name="listing">Where it is listed. A file may be elsewhere only over HTTPS.</param>
    public static GitHubFile? Read(JsonElement item, Uri listing)
    {
        if (item.Text("type") != "file" || item.Text("name") is not { } name || !name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return null;
        // The address for downloads does not count against the limit of requests; the one of the API always works.
        var address = new[] { item.Text("download_url"), item.Text("url") }
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null)
            .FirstOrDefault(url => url is not null && (url.Scheme == Uri.UriSchemeHttps || url.GetLeftPart(UriPartial.Authority) == listing.GetLeftPart(UriPartial.Authority)));
        var size = item.Member("size") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var bytes) ? bytes : 0;
        return address is null ? null : new(name, size, address, item.Text("html_url") ?? JsonRequest.NameOf(address));
    }
}
