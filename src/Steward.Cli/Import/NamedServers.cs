using Steward.Cli.Discover;
using Steward.Cli.Output;
using Steward.Configuration.Parsing;
using Steward.Discovery;
using Steward.Discovery.Clients;

namespace Steward.Cli.Import;

/// <summary>Chooses servers by name. A name is an id, else what the source calls the server; where it stands for several servers, nobody guesses.</summary>
internal static class NamedServers
{
    /// <summary>The server of a name; null where there is none.</summary>
    /// <exception cref="CliException">There are several.</exception>
    public static DiscoveredServer? Find(string name, IReadOnlyList<DiscoveredServer> found)
    {
        var matches = found.Where(server => server.Id == name).ToList();
        if (matches.Count == 0)
            matches = [.. found.Where(server => server.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        var different = FoundServers.Merge(matches, []);
        if (different.Count <= 1)
            return different.Count == 0 ? null : different[0];

        var ways = matches.DistinctBy(server => server.Source).Select(OptionOf).ToList();
        var way = ways.Count > 1 ? $"Say which, with {string.Join(" or ", ways)}." : $"Say which, by its id: {string.Join(" or ", matches.Select(server => server.Id))}.";
        var list = string.Concat(matches.Select(server => $"\n  {server.Source}: {SafeText.Line(FoundRow.LaunchOf(server.Config))}"));
        throw new CliException(ExitCodes.Usage, $"'{SafeText.Line(name)}' is the name of {matches.Count} servers:{list}\n{way}");
    }

    /// <summary>What to say of a name that nothing has.</summary>
    public static CliException Unknown(string name, IReadOnlyList<DiscoveredServer> found, bool canBeInRegistry)
    {
        var nearest = NearestName.Among(name, found.Select(server => server.Id));
        var hint = nearest is not null ? $" Did you mean '{nearest}'?"
            : canBeInRegistry ? $" 'steward import {SafeText.Line(name)} --source registry' looks for it in the MCP registry." : "";
        return new(ExitCodes.Unknown, $"No server '{SafeText.Line(name)}' is found.{hint}");
    }

    private static string OptionOf(DiscoveredServer server) =>
        ClientApplications.Find(server.Source) is not null ? $"--client {server.Source}" : $"--source {server.Source}";
}
