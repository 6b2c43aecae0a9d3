namespace Steward.Registry;

/// <summary>A server is declared in the configuration file: it changes and goes by what the file says.</summary>
public sealed class DeclaredServerException(string id, string? file)
    : Exception($"Server '{id}' is declared in {file ?? "the configuration file"}: edit the file to change or remove it. It can be disabled here.");
