namespace Steward.Registry;

/// <summary>A server is declared in the configuration file: it changes and goes by what the file says.</summary>
internal sealed class DeclaredServerException : Exception
{
    internal DeclaredServerException(string id, string? file, bool hidesRegistered)
        : base($"Server '{id}' is declared in {file ?? "the configuration file"}: edit the file to change or remove it. It can be disabled here."
            + (hidesRegistered ? $" It hides one that was registered under this id: 'steward remove --registered {id}' forgets that one." : "")) =>
        HidesRegistered = hidesRegistered;

    /// <summary>Whether another server was registered under its id; <see cref="ServerRegistry.RemoveRegisteredAsync"/> forgets that one.</summary>
    public bool HidesRegistered { get; }
}
