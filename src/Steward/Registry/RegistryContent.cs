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
}
