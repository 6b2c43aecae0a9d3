namespace Steward.Discovery.Clients;

/// <summary>Makes one list of the servers of several clients: each server once, each under an id of its own.</summary>
internal static class FoundServers
{
    /// <summary>
    /// The servers, in their order. One that stands in several places is taken from the first and names the others. Where two
    /// different servers have one id, the first keeps it; the other gets the name of its client behind it, and if that does not
    /// tell them apart the beginning of its fingerprint. So a server keeps its id from one look to the next.
    /// </summary>
    /// <param name="found">All entries.</param>
    /// <param name="ids">The ids that other servers have already.</param>
    public static IReadOnlyList<DiscoveredServer> Merge(IEnumerable<DiscoveredServer> found, IEnumerable<string> ids)
    {
        var taken = new HashSet<string>(ids, StringComparer.OrdinalIgnoreCase);
        return [.. found.GroupBy(server => ServerFingerprint.Of(server.Config), StringComparer.Ordinal).Select(same => WithId(One([.. same]), same.Key, taken))];
    }

    private static DiscoveredServer One(IReadOnlyList<DiscoveredServer> same)
    {
        var first = same[0];
        var others = same.Skip(1).Select(other => $"{other.Source} ({other.Location})").Distinct(StringComparer.Ordinal)
            .Where(other => other != $"{first.Source} ({first.Location})");
        return same.Count == 1 ? first : first with { AlsoAt = [.. first.AlsoAt, .. others] };
    }

    private static DiscoveredServer WithId(DiscoveredServer server, string fingerprint, HashSet<string> taken)
    {
        string[] candidates = [server.Id, $"{server.Id}-{server.Source}", $"{server.Id}-{fingerprint[..6]}", $"{server.Id}-{fingerprint}"];
        var id = DiscoveredId.Free(candidates.FirstOrDefault(candidate => candidate.Length <= Configuration.Keys.TextRules.MaxIdLength && !taken.Contains(candidate)) ?? server.Id, taken);
        return id == server.Id ? server : server with { Id = id, Config = server.Config with { Id = id } };
    }
}
