using Steward.Configuration;

namespace Steward.Discovery.Local;

/// <summary>Programs on <c>PATH</c> and in the usual folders whose names say that they are MCP servers.</summary>
internal sealed class PathSource : IDiscoverySource
{
    private static readonly string[] UsualFolders = ["/usr/local/bin", "/opt/mcp-servers"];

    // What a package manager put on PATH is found by the source of that manager, which knows more of it.
    private static readonly string[] PackageStores = ["/node_modules/", "/uv/tools/", "/pipx/venvs/", "/.dotnet/tools/.store/"];

    public string Name => "path";

    public string Description => "programs on PATH";

    public Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        var files = new SafeFiles();
        var found = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var folder in Folders(context))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (stem, path) in Programs(folder, context, files))
            {
                if (found.TryGetValue(stem, out var paths))
                    paths.Add(path);
                else
                    found[stem] = [path];
            }
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        return Task.FromResult(new DiscoveryResult([.. found.Select(pair => Server(pair.Key, pair.Value, context, taken))], files.Problems));
    }

    private static IEnumerable<string> Folders(DiscoveryContext context)
    {
        IEnumerable<string> usual = context.Platform == DiscoveryPlatform.Windows
            ? [context.HomePath(".local/bin")]
            : [context.HomePath(".local/bin"), .. UsualFolders.Select(context.SystemPath)];
        return context.Path.Concat(usual).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<(string Stem, string Path)> Programs(string folder, DiscoveryContext context, SafeFiles files)
    {
        var programs = from file in files.Files(folder)
                       let name = Path.GetFileName(file)
                       let rank = Rank(file, name, context)
                       where rank >= 0
                       let stem = context.Platform == DiscoveryPlatform.Windows ? Path.GetFileNameWithoutExtension(name) : name
                       where ServerName.IsOfServer(stem) && !IsOfPackage(file)
                       orderby rank
                       select (stem, file);
        return programs.DistinctBy(program => program.stem, StringComparer.OrdinalIgnoreCase); // on Windows one program may be there as .exe, .cmd and .ps1
    }

    /// <summary>How early the system would take this file for the command; negative where it never would.</summary>
    private static int Rank(string file, string name, DiscoveryContext context)
    {
        if (context.Platform == DiscoveryPlatform.Windows)
        {
            var extensions = (context.Variables("PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").Split(';', StringSplitOptions.RemoveEmptyEntries);
            return Array.FindIndex(extensions, extension => extension.Equals(Path.GetExtension(name), StringComparison.OrdinalIgnoreCase));
        }

        const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return !OperatingSystem.IsWindows() && SafeFiles.Target(file) is { } target && (File.GetUnixFileMode(target) & executable) != 0 ? 0 : -1;
    }

    private static bool IsOfPackage(string file) =>
        SafeFiles.Target(file)?.Replace('\\', '/') is { } target && PackageStores.Any(store => target.Contains(store, StringComparison.OrdinalIgnoreCase));

    private DiscoveredServer Server(string stem, List<string> paths, DiscoveryContext context, HashSet<string> taken)
    {
        var id = DiscoveredId.Free(DiscoveredId.From(stem), taken);
        return new()
        {
            Id = id,
            Name = DiscoveredText.Title(stem),
            Config = new ServerConfig { Id = id, Command = DiscoveredText.Literal(paths[0]), BaseDirectory = context.Home },
            Source = Name,
            Location = paths[0],
            Problems = [.. paths.Skip(1).Select(other => $"{other} has the same name. It comes later on PATH and is left out; give its full path as command to run it.")],
        };
    }
}
