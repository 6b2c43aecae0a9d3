using Steward.Configuration;

namespace Steward.Discovery.Local;

/// <summary>Packages that npm and its kin installed for the whole account, and those that npx keeps. npm itself is never run.</summary>
internal sealed class NpmSource : IDiscoverySource
{
    public string Name => "npm";

    public string Description => "packages of npm";

    public Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        var files = new SafeFiles();
        var servers = new List<DiscoveredServer>();
        var (taken, known) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (package, isGlobal) in Packages(context, files))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The first is the one that runs; what npx keeps of a package that is installed as well is of no use.
            if (package.LooksLikeServer() && known.Add(package.Name))
                servers.Add(Server(package, isGlobal ? InstalledCommand(package, context) : null, context, taken));
        }

        return Task.FromResult(new DiscoveryResult(servers, files.Problems));
    }

    private static IEnumerable<(NpmPackage Package, bool IsGlobal)> Packages(DiscoveryContext context, SafeFiles files)
    {
        foreach (var folder in NpmFolders.Global(context, files).SelectMany(root => PackageFolders(root, files)))
        {
            if (NpmPackage.Read(folder, files) is { } package)
                yield return (package, true);
        }

        foreach (var run in NpmFolders.Npx(context, files))
        {
            // Only what was asked for, not what that brought along.
            foreach (var name in files.Json(Path.Combine(run, "package.json"))?.Members("dependencies").Select(dependency => dependency.Name) ?? [])
            {
                if (!name.Contains("..", StringComparison.Ordinal) && NpmPackage.Read(Path.Combine(run, "node_modules", name), files) is { } package)
                    yield return (package, false);
            }
        }
    }

    private static IEnumerable<string> PackageFolders(string root, SafeFiles files) =>
        files.Folders(root).SelectMany(folder => Path.GetFileName(folder) is ['@', ..] ? files.Folders(folder) : Path.GetFileName(folder) is ['.', ..] ? [] : [folder]);

    /// <summary>The program that npm put beside node; null where there is none.</summary>
    private static string? InstalledCommand(NpmPackage package, DiscoveryContext context)
    {
        var modules = package.Name.Contains('/', StringComparison.Ordinal) ? Path.GetDirectoryName(Path.GetDirectoryName(package.Folder))! : Path.GetDirectoryName(package.Folder)!;
        var candidates = context.Platform == DiscoveryPlatform.Windows
            ? [Path.Combine(modules, "..", package.Command + ".cmd")]
            : new[] { Path.Combine(modules, "..", "..", "bin", package.Command!), Path.Combine(modules, ".bin", package.Command!) };
        return candidates.Select(Path.GetFullPath).FirstOrDefault(File.Exists);
    }

    private DiscoveredServer Server(NpmPackage package, string? installed, DiscoveryContext context, HashSet<string> taken)
    {
        var id = DiscoveredId.Free(DiscoveredId.From(package.ShortName), taken);
        var config = new ServerConfig { Id = id, BaseDirectory = context.Home };
        return new()
        {
            Id = id,
            Name = package.Name,
            Description = package.Description,
            Version = package.Version,
            Config = installed is not null
                ? config with { Command = DiscoveredText.Literal(installed) }
                : config with { Command = "npx", Args = NpxArguments(package) },
            Source = Name,
            Location = package.Folder,
            Problems = installed is null ? LocalProgram.ProblemsOf("npx", context) : [],
        };
    }

    private static IReadOnlyList<string> NpxArguments(NpmPackage package)
    {
        var name = DiscoveredText.Literal(package.Version is { } version ? $"{package.Name}@{version}" : package.Name);
        return package.IsObviousCommand ? ["-y", name] : ["-y", "--package", name, "--", DiscoveredText.Literal(package.Command!)];
    }
}
