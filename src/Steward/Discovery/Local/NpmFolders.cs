namespace Steward.Discovery.Local;

/// <summary>Where npm and its kin keep what they installed for the whole account.</summary>
internal static class NpmFolders
{
    private static readonly string[] SystemFolders = ["/usr/local/lib/node_modules", "/usr/lib/node_modules", "/opt/homebrew/lib/node_modules"];
    private static readonly string[] OtherManagers = [".bun/install/global/node_modules", ".config/yarn/global/node_modules"];

    /// <summary>The folders of global packages, those of the node that is first on PATH first.</summary>
    public static IEnumerable<string> Global(DiscoveryContext context, SafeFiles files)
    {
        var prefixes = new[] { Variable(context, "npm_config_prefix"), PrefixOf(context.HomePath(".npmrc"), context, files) }.OfType<string>();
        IEnumerable<string> folders = context.Platform == DiscoveryPlatform.Windows
            ? [.. prefixes.Concat(context.Path).Append(Path.Combine(AppData(context), "npm")).Select(folder => Path.Combine(folder, "node_modules"))]
            : [
                .. prefixes.Select(prefix => Path.Combine(prefix, "lib", "node_modules")),
                .. context.Path.Select(folder => Path.GetFullPath(Path.Combine(folder, "..", "lib", "node_modules"))),
                .. SystemFolders.Select(context.SystemPath),
                context.HomePath(".npm-global/lib/node_modules"),
            ];
        return folders.Concat(OtherManagers.Select(context.HomePath)).Concat(Pnpm(context, files)).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The folders in which npx keeps what it has run: each holds one command's packages.</summary>
    public static IEnumerable<string> Npx(DiscoveryContext context, SafeFiles files)
    {
        var cache = Variable(context, "npm_config_cache")
            ?? (context.Platform == DiscoveryPlatform.Windows ? Path.Combine(LocalAppData(context), "npm-cache") : context.HomePath(".npm"));
        return files.Folders(Path.Combine(cache, "_npx"));
    }

    private static IEnumerable<string> Pnpm(DiscoveryContext context, SafeFiles files)
    {
        var home = context.Variables("PNPM_HOME") ?? context.Platform switch
        {
            DiscoveryPlatform.Windows => Path.Combine(LocalAppData(context), "pnpm"),
            DiscoveryPlatform.MacOS => context.HomePath("Library/pnpm"),
            _ => context.HomePath(".local/share/pnpm"),
        };
        return files.Folders(Path.Combine(home, "global")).Select(version => Path.Combine(version, "node_modules"));
    }

    private static string? PrefixOf(string npmrc, DiscoveryContext context, SafeFiles files)
    {
        var line = files.Text(npmrc)?.Split('\n').Select(line => line.Split('=', 2)).LastOrDefault(parts => parts.Length == 2 && parts[0].Trim() == "prefix");
        return line?[1].Trim().Trim('"').Replace("${HOME}", context.Home, StringComparison.Ordinal) is { Length: > 0 } prefix
            ? Path.GetFullPath(prefix.StartsWith("~/", StringComparison.Ordinal) ? context.HomePath(prefix[2..]) : prefix, context.Home)
            : null;
    }

    private static string? Variable(DiscoveryContext context, string name) =>
        (context.Variables(name) ?? context.Variables(name.ToUpperInvariant())) is { Length: > 0 } value ? value : null;

    private static string AppData(DiscoveryContext context) => context.Variables("APPDATA") ?? context.HomePath("AppData/Roaming");

    private static string LocalAppData(DiscoveryContext context) => context.Variables("LOCALAPPDATA") ?? context.HomePath("AppData/Local");
}
