using Steward.Registry;

namespace Steward.Server.Api;

/// <summary>The servers that a filter chose, and all whose definitions cannot be opened.</summary>
internal sealed record DefinitionList(IReadOnlyList<DefinitionEntry> Servers, IReadOnlyList<UnreadableServer> Unreadable)
{
    /// <summary>How many servers the filter chose, of which <see cref="Servers"/> may be a page.</summary>
    public int Total { get; init; }
}
