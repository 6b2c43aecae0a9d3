namespace Steward.Discovery.Clients;

/// <summary>A program that connects to MCP servers and keeps a list of them.</summary>
/// <param name="Name">How users name it: lower case, such as <c>claude-desktop</c>.</param>
/// <param name="Title">What it calls itself.</param>
/// <param name="Files">Where it keeps servers, the file to write to first for each scope.</param>
internal sealed record ClientApplication(string Name, string Title, IReadOnlyList<ClientFile> Files)
{
    /// <summary>Other names under which users may look for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>
    /// The file that Steward is written into: the first of a scope that is there, else the first. Null where the client has no
    /// file of this scope.
    /// </summary>
    public ClientFile? FileFor(ClientScope scope, DiscoveryContext context)
    {
        var files = Files.Where(file => file.Scope == scope && !file.IsOld).ToList();
        return files.FirstOrDefault(file => File.Exists(file.Locate(context))) ?? files.FirstOrDefault();
    }
}
