namespace Steward.Discovery;

/// <summary>Whether a server is what somebody looks for.</summary>
internal static class ServerQuery
{
    /// <summary>The servers in which every word of the query occurs somewhere; letter case does not count.</summary>
    public static IReadOnlyList<DiscoveredServer> Filter(IReadOnlyList<DiscoveredServer> servers, string? query)
    {
        if (query is null)
            return servers;
        var words = query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return [.. servers.Where(server => words.All(word => Texts(server).Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase))))];
    }

    private static IEnumerable<string> Texts(DiscoveredServer server) =>
        [server.Id, server.Name, server.Description ?? "", server.Config.Command ?? "", .. server.Config.Args, server.Config.Url ?? ""];
}
