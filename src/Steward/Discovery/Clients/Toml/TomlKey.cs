namespace Steward.Discovery.Clients.Toml;

/// <summary>One part of a key.</summary>
/// <param name="Name">The name, without quotes.</param>
/// <param name="Offset">The byte at which it stands.</param>
internal readonly record struct TomlKey(string Name, int Offset);
