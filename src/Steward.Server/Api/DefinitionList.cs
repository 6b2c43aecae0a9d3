using Steward.Registry;

namespace Steward.Server.Api;

/// <summary>The servers that a filter chose, and all whose definitions cannot be opened.</summary>
internal sealed record DefinitionList(IReadOnlyList<DefinitionEntry> Servers, IReadOnlyList<UnreadableServer> Unreadable);
