namespace Steward.Discovery.Clients;

/// <summary>The references that a client replaces in the texts of its configuration. Everything else is meant literally.</summary>
[Flags]
internal enum ReferenceSyntax
{
    /// <summary>None: a dollar sign is a dollar sign.</summary>
    None = 0,

    /// <summary><c>${env:NAME}</c></summary>
    Environment = 1,

    /// <summary><c>${NAME}</c> and <c>${NAME:-default}</c>, for variables of the environment.</summary>
    Braces = 2,

    /// <summary><c>$NAME</c>, for variables of the environment.</summary>
    Dollar = 4,

    /// <summary><c>${userHome}</c>, <c>${workspaceFolder}</c>, <c>${workspaceFolderBasename}</c>, <c>${pathSeparator}</c>, <c>${/}</c>, <c>${cwd}</c>.</summary>
    Editor = 8,

    /// <summary><c>${input:ID}</c>: what the client asks its user for.</summary>
    Input = 16,

    /// <summary><c>${file:PATH}</c></summary>
    File = 32,
}
