namespace Steward.Discovery;

/// <summary>Whether a server is what somebody looks for.</summary>
internal static class ServerQuery
{
    /// <summary>The servers in which every word of the query occurs somewhere; letter case does not count.</summary>
    public static IReadOnlyList<DiscoveredServer> Filter(IReadOnlyList<DiscoveredServer> servers, string? query) =>
        query is null ? servers : [.. servers.Where(server => Matches(query, Texts(server)))];

    /// <summary>Whether every word of the query occurs in one of the texts.</summary>
    public static bool Matches(string query, params IEnumerable<string?> texts)
    {
        var all = texts.OfType<string>().ToList();
        return query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).All(word => all.Exists(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    private static IEnumerable<string> Texts(DiscoveredServer server) =>
        [server.Id, server.Name, server.Description ?? "", server.Config.Command ?? "", .. server.Config.Args, server.Config.Url ?? ""];
}
