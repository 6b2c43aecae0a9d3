namespace Steward.Registry;

/// <summary>What a store holds of servers when it is opened.</summary>
/// <param name="Servers">The registered servers, in the order in which they were added.</param>
/// <param name="Unreadable">Those whose definition cannot be opened.</param>
/// <param name="Overrides">Declared servers that were enabled or disabled at run time, against their file.</param>
internal sealed record RegistryContent(
    IReadOnlyList<RegisteredServer> Servers,
    IReadOnlyList<UnreadableServer> Unreadable,
    IReadOnlyDictionary<string, bool> Overrides)
{
    public static RegistryContent Empty { get; } = new([], [], new Dictionary<string, bool>());

    /// <summary>Every id of which something is held.</summary>
    public IReadOnlySet<string> Ids =>
        Servers.Select(server => server.Config.Id).Concat(Unreadable.Select(server => server.Id)).Concat(Overrides.Keys).ToHashSet(StringComparer.Ordinal);

    /// <summary>What is held of some servers.</summary>
    public RegistryContent Of(IReadOnlySet<string> ids) => new(
        [.. Servers.Where(server => ids.Contains(server.Config.Id))],
        [.. Unreadable.Where(server => ids.Contains(server.Id))],
        Overrides.Where(said => ids.Contains(said.Key)).ToDictionary(StringComparer.Ordinal));
}
