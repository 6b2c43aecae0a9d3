using Steward.Configuration;

namespace Steward.Discovery.Clients.Import;

/// <summary>Finds out whose configuration a file is that somebody names.</summary>
internal static class GivenFile
{
    /// <summary>The source of servers of a file that is no client's.</summary>
    public const string Source = "import";

    private static readonly ClientApplication Unknown = new(Source, "the file", []);

    private static readonly Dictionary<string, (string Client, ClientScope Scope)> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["claude_desktop_config.json"] = ("claude-desktop", ClientScope.User),
        [".claude.json"] = ("claude-code", ClientScope.User),
        [".mcp.json"] = ("claude-code", ClientScope.Project),
        ["mcp_config.json"] = ("windsurf", ClientScope.User),
        ["cline_mcp_settings.json"] = ("cline", ClientScope.User),
        ["config.toml"] = ("codex", ClientScope.User),
        ["mcp_servers.json"] = ("shannon", ClientScope.User),
    };

    /// <summary>
    /// Reads the servers of a file: by its place, else by its name, else by what it holds. What no client is known for is taken
    /// for a file as Steward itself has it.
    /// </summary>
    /// <param name="path">The full path.</param>
    /// <param name="context">The machine.</param>
    /// <param name="addresses">Where Steward's own gateways listen.</param>
    public static DiscoveryResult Read(string path, DiscoveryContext context, IReadOnlyList<string> addresses)
    {
        var (client, file) = Recognise(path, context);
        var folder = file.Scope == ClientScope.Project ? ProjectOf(path) : context.WorkingDirectory;
        var reading = ClientConfigReader.Read(client, file with { Locate = _ => path }, context with { WorkingDirectory = folder });
        var steward = new StewardEntry(addresses);
        return new(FoundServers.Merge(reading.Servers.Where(server => !steward.Is(server.Config)), []), [.. reading.Problems.Select(problem => problem.ToString())]);
    }

    private static (ClientApplication Client, ClientFile File) Recognise(string path, DiscoveryContext context)
    {
        foreach (var client in ClientApplications.All)
        {
            if (client.Files.FirstOrDefault(file => Path.GetFullPath(file.Locate(context)) == path) is { } own)
                return (client, own);
        }

        if (ByFolder(path) is { } known || Names.TryGetValue(Path.GetFileName(path), out known))
        {
            var client = ClientApplications.Find(known.Client)!;
            return (client, client.Files.First(file => file.Scope == known.Scope));
        }

        return ByContent(path);
    }

    /// <summary>The files of projects have plain names in telling folders: <c>.cursor/mcp.json</c>.</summary>
    private static (string Client, ClientScope Scope)? ByFolder(string path)
    {
        var folder = Path.GetFileName(Path.GetDirectoryName(path)) ?? "";
        return (folder, Path.GetFileName(path)) switch
        {
            (".cursor", "mcp.json") => ("cursor", ClientScope.Project),
            (".vscode", "mcp.json") => ("vscode", ClientScope.Project),
            (".gemini", "settings.json") => ("gemini-cli", ClientScope.Project),
            (".zed", "settings.json") => ("zed", ClientScope.Project),
            (".codex", "config.toml") => ("codex", ClientScope.Project),
            ("settings", "mcp.json") => ("kiro", ClientScope.Project),
            _ => null,
        };
    }

    private static (ClientApplication Client, ClientFile File) ByContent(string path)
    {
        var root = File.Exists(path) ? ClientDocument.Parse(BoundedFile.ReadBytes(path, ClientDocument.MaxFileBytes), path, ClientFormat.Json).Root : null;
        var dialect = ClientDocument.Find(root, "mcpServers") is not null ? ClientDialects.Steward
            : ClientDocument.Find(root, "servers") is not null ? ClientDialects.VisualStudioCode
            : ClientDocument.Find(root, "context_servers") is not null ? ClientDialects.Zed
            : ClientDocument.Find(root, "mcp", "servers") is not null ? ClientDialects.VisualStudioCodeSettings
            : ClientDialects.Steward;
        return (Unknown, new(ClientScope.Project, dialect, _ => path));
    }

    /// <summary>The folder of a project that has such a file: not the hidden one in which the file lies.</summary>
    private static string ProjectOf(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (Path.GetFileName(folder) is ['.', _, ..] or "settings" && Path.GetDirectoryName(folder) is { } above)
            folder = above;
        return folder;
    }
}
