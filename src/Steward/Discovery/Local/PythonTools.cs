namespace Steward.Discovery.Local;

/// <summary>Where uv and pipx keep the tools that they installed: a virtual environment for each.</summary>
internal static class PythonTools
{
    /// <summary>Every tool's environment, and the folder into which its programs are linked.</summary>
    public static IEnumerable<string> Environments(DiscoveryContext context, SafeFiles files)
    {
        var data = context.Platform switch
        {
            DiscoveryPlatform.Windows => context.Variables("APPDATA") ?? context.HomePath("AppData/Roaming"),
            _ => context.Variables("XDG_DATA_HOME") is { Length: > 0 } xdg ? xdg : context.HomePath(".local/share"),
        };
        IEnumerable<string> roots =
        [
            context.Variables("UV_TOOL_DIR") is { Length: > 0 } uv ? uv : Path.Combine(data, "uv", "tools"),
            .. Pipx(context, data).Select(home => Path.Combine(home, "venvs")),
        ];
        return roots.Distinct(StringComparer.Ordinal).SelectMany(files.Folders).Where(folder => Path.GetFileName(folder) is not ['.', ..]);
    }

    private static IEnumerable<string> Pipx(DiscoveryContext context, string data) =>
        context.Variables("PIPX_HOME") is { Length: > 0 } home ? [home]
        : context.Platform == DiscoveryPlatform.Windows ? [context.HomePath("pipx")]
        : context.Platform == DiscoveryPlatform.MacOS ? [context.HomePath(".local/pipx"), context.HomePath("Library/Application Support/pipx")]
        : [Path.Combine(data, "pipx"), context.HomePath(".local/pipx")];
}
