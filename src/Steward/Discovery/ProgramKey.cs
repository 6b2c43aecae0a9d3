using System.Text.RegularExpressions;
using Steward.Configuration;

namespace Steward.Discovery;

/// <summary>Which program or package a server is, whatever its arguments: folders of launchers and versions of packages do not count.</summary>
internal static partial class ProgramKey
{
    private static readonly string[] Launchers = ["npx", "bunx", "pnpx", "uvx", "pipx", "dnx"];

    /// <summary>The name of the launcher that a command is, such as <c>npx</c> of <c>/usr/bin/npx.cmd</c>; null where it is none.</summary>
    public static string? LauncherOf(string? command)
    {
        var program = ProgramEnding().Replace(FileOf(command ?? ""), "").ToLowerInvariant();
        return Launchers.Contains(program) ? program : null;
    }

    /// <summary>What a managed server is.</summary>
    public static IEnumerable<string> OfManaged(ServerConfig config) => config.Transport == ServerTransport.Stdio ? [KeyOf(config)] : [];

    /// <summary>What a server that was found may be managed as. A program that needs arguments, such as an interpreter, says nothing by itself.</summary>
    public static IEnumerable<string> OfFound(DiscoveredServer server)
    {
        var config = server.Config;
        if (config.Transport != ServerTransport.Stdio)
            return [];
        if (LauncherOf(config.Command) is not null)
            return [KeyOf(config)];
        if (config.Args.Count > 0)
            return [];
        // An installed program may be managed by its path, by its bare name, or as the package that it is of.
        return [KeyOf(config), $"program {FileOf(config.Command ?? "")}", .. server.Source is "npm" or "uv" ? [$"package {server.Name}"] : Array.Empty<string>()];
    }

    private static string KeyOf(ServerConfig config) =>
        LauncherOf(config.Command) is not null && config.Args.FirstOrDefault(argument => argument is not ("run" or "tool" or "--") && !argument.StartsWith('-')) is { } package
            ? $"package {PackageVersion().Replace(package, "")}"
            : $"program {config.Command}";

    private static string FileOf(string command) => command[(command.LastIndexOfAny(['/', '\\']) + 1)..];

    [GeneratedRegex(@"\.(?:exe|cmd|bat|ps1)$", RegexOptions.IgnoreCase)]
    private static partial Regex ProgramEnding();

    [GeneratedRegex(@"(?<=.)(?:@|==)[^@/=]*$")]
    private static partial Regex PackageVersion();
}
