using System.Text.RegularExpressions;

namespace Steward.Discovery.Local;

/// <summary>What a package in a virtual environment says of itself in its <c>.dist-info</c>.</summary>
internal sealed partial class PythonPackage
{
    private static readonly string[] Sdks = ["mcp", "fastmcp"];

    private readonly string _metadata;

    private PythonPackage(string environment, string name, string metadata) => (Environment, Name, _metadata) = (environment, name, metadata);

    /// <summary>The virtual environment.</summary>
    public string Environment { get; }

    public string Name { get; }

    public string? Version => Header("Version");

    public string? Description => DiscoveredText.Description(Header("Summary"));

    /// <summary>Its programs, in the order of the file.</summary>
    public IReadOnlyList<string> Commands { get; private init; } = [];

    /// <summary>The package after which the environment is named.</summary>
    public static PythonPackage? Read(string environment, DiscoveryContext context, SafeFiles files)
    {
        var tool = Normal(Path.GetFileName(environment));
        var libraries = context.Platform == DiscoveryPlatform.Windows
            ? [Path.Combine(environment, "Lib", "site-packages")]
            : files.Folders(Path.Combine(environment, "lib")).Select(python => Path.Combine(python, "site-packages"));
        var info = libraries.SelectMany(files.Folders)
            .FirstOrDefault(folder => folder.EndsWith(".dist-info", StringComparison.Ordinal) && Normal(Path.GetFileName(folder).Split('-')[0]) == tool);
        if (info is null || files.Text(Path.Combine(info, "METADATA")) is not { } metadata)
            return null;
        var headers = metadata.Split("\n\n", 2)[0].Split("\r\n\r\n", 2)[0];
        return new(environment, Path.GetFileName(environment), headers)
        {
            Commands = ScriptsOf(files.Text(Path.Combine(info, "entry_points.txt"))),
        };
    }

    /// <summary>Whether it is a program that looks like a server: by its name or a program's, by a keyword, or because it builds on the SDK.</summary>
    public bool LooksLikeServer() =>
        Commands.Count > 0 && !ServerName.IsKnownOther(Normal(Name))
        && (ServerName.HasMcp(Name) || Commands.Any(ServerName.HasMcp) || (Header("Keywords") is { } keywords && ServerName.HasMcp(keywords.Replace(',', ' '))) || BuildsOnSdk());

    /// <summary>The program that starts it: the one named like the package, else the only one, else the first that has MCP in its name.</summary>
    public string Command => Commands.FirstOrDefault(command => Normal(command) == Normal(Name))
        ?? (Commands is [var only] ? only : Commands.FirstOrDefault(ServerName.HasMcp) ?? Commands[0]);

    private bool BuildsOnSdk() => Requirement().Matches(_metadata)
        .Any(match => Sdks.Contains(Normal(match.Groups[1].Value)) && !match.Groups[2].Value.Contains("extra ==", StringComparison.Ordinal));

    private string? Header(string name) => Regex.Match(_metadata, $"^{name}: *(.*?)\\s*$", RegexOptions.Multiline) is { Success: true } match && match.Groups[1].Length > 0
        ? match.Groups[1].Value
        : null;

    private static List<string> ScriptsOf(string? entryPoints)
    {
        var scripts = new List<string>();
        var isInside = false;
        foreach (var line in (entryPoints ?? "").Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
                isInside = line == "[console_scripts]";
            else if (isInside && line.Split('=', 2) is [var name, _] && name.Trim() is { Length: > 0 } script && !script.AsSpan().ContainsAny("/\\\0"))
                scripts.Add(script);
        }

        return scripts;
    }

    /// <summary>Names that differ only in letter case and in - _ . are one name.</summary>
    private static string Normal(string name) => Separators().Replace(name, "-").ToLowerInvariant();

    [GeneratedRegex("[-_.]+")]
    private static partial Regex Separators();

    [GeneratedRegex(@"^Requires-Dist: *([A-Za-z0-9._-]+)(.*)$", RegexOptions.Multiline)]
    private static partial Regex Requirement();
}
