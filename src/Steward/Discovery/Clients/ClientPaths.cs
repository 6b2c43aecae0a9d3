namespace Steward.Discovery.Clients;

/// <summary>The folders in which clients keep their files.</summary>
internal static class ClientPaths
{
    /// <summary>A path below the folder for the settings of programs: <c>~/.config</c>, <c>~/Library/Application Support</c>, <c>%APPDATA%</c>.</summary>
    public static string Settings(this DiscoveryContext context, string relative) => Path.Combine(SettingsFolder(context), relative);

    /// <summary>
    /// A file of the project from which the user asks: the nearest that is there, from his folder up to the root of the repository or
    /// to the home folder, whichever comes first; the file of his own folder where there is none. Outside of both only his folder
    /// counts: what lies further up may be anybody's.
    /// </summary>
    public static string Project(this DiscoveryContext context, string relative) =>
        ProjectFolders(context).Select(folder => Path.Combine(folder, relative)).FirstOrDefault(File.Exists) ?? Path.Combine(context.WorkingDirectory, relative);

    /// <summary>A path below a folder that a variable names, else below one in the home folder.</summary>
    public static string Below(this DiscoveryContext context, string variable, string homeFolder, string relative) =>
        Path.Combine(context.Variables(variable) is { Length: > 0 } folder ? folder : context.HomePath(homeFolder), relative);

    /// <summary><c>~/.config</c>, or what the XDG rules have in its place; programs that follow them do so on macOS as well.</summary>
    public static string XdgConfig(this DiscoveryContext context, string relative) => Path.Combine(
        context.Platform == DiscoveryPlatform.Linux && context.Variables("XDG_CONFIG_HOME") is { } folder && Path.IsPathRooted(folder) ? folder : context.HomePath(".config"),
        relative);

    private static List<string> ProjectFolders(DiscoveryContext context)
    {
        var folders = new List<string>();
        for (var folder = Path.TrimEndingDirectorySeparator(context.WorkingDirectory); folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
        {
            if (folder == Path.TrimEndingDirectorySeparator(context.Home))
                return folders.Count > 0 ? folders : [folder]; // what lies in the home folder itself is the user's
            folders.Add(folder);
            if (Path.Exists(Path.Combine(folder, ".git"))) // a file in a work tree of git, else a folder
                return folders;
        }

        return [context.WorkingDirectory];
    }

    private static string SettingsFolder(DiscoveryContext context) => context.Platform switch
    {
        DiscoveryPlatform.MacOS => context.HomePath("Library/Application Support"),
        DiscoveryPlatform.Windows => context.Variables("APPDATA") is { Length: > 0 } roaming ? roaming : context.HomePath("AppData/Roaming"),
        _ => context.XdgConfig(""),
    };
}
