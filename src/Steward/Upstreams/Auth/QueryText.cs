namespace Steward.Upstreams.Auth;

/// <summary>Reads the query of a URL.</summary>
internal static class QueryText
{
    /// <summary>The first value of a name; null where it has none.</summary>
    public static string? Find(ReadOnlySpan<char> query, ReadOnlySpan<char> name)
    {
        query = query.TrimStart('?');
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var split = pair.IndexOf('=');
            if (split >= 0 && pair[..split].SequenceEqual(name))
                return Uri.UnescapeDataString(pair[(split + 1)..].ToString().Replace('+', ' '));
        }

        return null;
    }
}
