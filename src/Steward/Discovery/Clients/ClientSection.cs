using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients;

/// <summary>One list of servers in a client's file.</summary>
/// <param name="Value">The object with an entry for each.</param>
/// <param name="Path">Its key path.</param>
/// <param name="Project">The folder to which the servers belong; null where they hold for all.</param>
/// <param name="Disabled">The names of servers that are switched off elsewhere in the file.</param>
internal sealed record ClientSection(ConfigNode Value, string Path, string? Project, IReadOnlyList<string> Disabled);
