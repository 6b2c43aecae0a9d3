namespace Steward.Discovery.Local;

/// <summary>Whether the program that would start a server is there.</summary>
internal static class LocalProgram
{
    private static readonly Dictionary<string, string> Mends = new(StringComparer.Ordinal)
    {
        ["npx"] = "Install Node.js",
        ["uvx"] = "Install uv",
        ["pipx"] = "Install pipx",
        ["docker"] = "Install Docker",
        ["dnx"] = "Install the .NET 10 SDK",
    };

    /// <summary>What is to be said when a program is not on PATH.</summary>
    public static IReadOnlyList<string> ProblemsOf(string command, DiscoveryContext context)
    {
        string[] names = context.Platform == DiscoveryPlatform.Windows ? [command + ".exe", command + ".cmd", command + ".bat"] : [command];
        return context.Path.Any(folder => names.Any(name => File.Exists(Path.Combine(folder, name))))
            ? []
            : [$"{command} is not on PATH. {Mends.GetValueOrDefault(command, $"Install {command}")}."];
    }
}
