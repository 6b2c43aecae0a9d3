using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;

namespace Steward.Cli.Discover;

/// <summary>A server that was found, in the words of the table, without secrets.</summary>
internal sealed record FoundRow(string Server, string FoundIn, string Launch, string Description, string Managed)
{
    private const int LongestName = 40;
    private const int LongestPlaces = 60;
    private const int LongestCommand = 100;
    private const int LongestDescription = 80;

    public static FoundRow From(DiscoveredServer server, DiscoveryContext machine, ManagedMatch managed) => new(
        SafeText.Line(server.Id, LongestName),
        SafeText.Line(string.Join(", ", PlacesOf(server)), LongestPlaces),
        SafeText.Line(LaunchOf(server.Config).Replace(machine.Home + Path.DirectorySeparatorChar, $"~{Path.DirectorySeparatorChar}", StringComparison.Ordinal), LongestCommand),
        SafeText.Line(DescriptionOf(server), LongestDescription),
        managed.Find(server) is { } id ? $"as {id}" : "");

    /// <summary>How a server would be started or reached, on one line.</summary>
    public static string LaunchOf(ServerConfig config)
    {
        var shown = SecretMask.Apply(config);
        return shown.Transport == ServerTransport.Stdio
            ? string.Join(' ', shown.Args.Prepend(shown.Command ?? "").Select(Quoted))
            : shown.Url ?? "";
    }

    private static IEnumerable<string> PlacesOf(DiscoveredServer server) =>
        server.AlsoAt.Select(place => place.Split(" (", 2)[0]).Prepend(server.Source).Distinct(StringComparer.Ordinal);

    /// <summary>What its author says; the name in full where that is another than the id.</summary>
    private static string DescriptionOf(DiscoveredServer server)
    {
        var saysNothing = server.IsEntry || server.Name.Equals(server.Id, StringComparison.OrdinalIgnoreCase) || server.Name == DiscoveredText.Title(server.Id);
        var name = saysNothing ? null : server.Name;
        return string.Join(": ", new[] { name, server.Description }.OfType<string>());
    }

    private static string Quoted(string word) => word.Length > 0 && !word.AsSpan().ContainsAny(" \t\"'") ? word : $"'{word}'";
}
