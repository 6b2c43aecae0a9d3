namespace Steward.Discovery.Clients.Toml;

/// <summary>A line such as <c>[mcp_servers.files]</c>: what follows, up to the next one, belongs to that table.</summary>
/// <param name="Path">The parts of its name.</param>
/// <param name="Offset">The byte at which its bracket stands.</param>
/// <param name="End">The byte behind its closing bracket.</param>
/// <param name="IsArray">Whether it has two brackets: an element of an array of tables.</param>
internal sealed record TomlHeader(IReadOnlyList<string> Path, int Offset, int End, bool IsArray);
