using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Toml;

/// <summary>A TOML text that was read.</summary>
/// <param name="Root">Its values, in the nodes in which JSON is read as well; dates are strings.</param>
/// <param name="Headers">The headers of its tables, in the order of the text.</param>
internal sealed record TomlDocument(ConfigNode Root, IReadOnlyList<TomlHeader> Headers);
