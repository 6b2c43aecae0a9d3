namespace Steward.Discovery.Clients;

/// <summary>One file in which a client keeps servers.</summary>
/// <param name="Scope">For whom it holds.</param>
/// <param name="Dialect">How it says them.</param>
/// <param name="Locate">Where it lies on a machine.</param>
internal sealed record ClientFile(ClientScope Scope, ClientDialect Dialect, Func<DiscoveryContext, string> Locate)
{
    /// <summary>Where it lies in the folder of a project; null for a file of the user.</summary>
    public string? Relative { get; init; }

    /// <summary>The folder of the project to which a file of this kind at a path belongs; null where it is no such path.</summary>
    public string? ProjectOf(string path) =>
        Relative is { } relative && path.EndsWith(Path.DirectorySeparatorChar + relative.Replace('/', Path.DirectorySeparatorChar), StringComparison.Ordinal)
            ? path[..^(relative.Length + 1)]
            : null;

    /// <summary>A file in the folder of a project.</summary>
    public static ClientFile OfProject(ClientDialect dialect, string relative) => new(ClientScope.Project, dialect, context => context.Project(relative)) { Relative = relative };

    /// <summary>Whether it is only read: the client itself has given it up, or has a better one.</summary>
    public bool IsOld { get; init; }
}
