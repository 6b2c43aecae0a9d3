using System.Text.Json;

namespace Steward.Discovery.Local;

/// <summary>What an installed package says of itself in <c>package.json</c>.</summary>
internal sealed class NpmPackage
{
    private const string Sdk = "@modelcontextprotocol/sdk";

    private static readonly string[] Keywords = ["mcp", "mcp-server", "modelcontextprotocol", "model-context-protocol"];

    // They bring the SDK along as clients.
    private static readonly HashSet<string> Clients = new(StringComparer.Ordinal)
    {
        "@google/gemini-cli", "@openai/codex", "@anthropic-ai/claude-code", "@qwen-code/qwen-code", "@modelcontextprotocol/inspector", "@modelcontextprotocol/conformance", Sdk,
    };

    private readonly JsonElement _manifest;

    private NpmPackage(string folder, string name, JsonElement manifest) => (Folder, Name, _manifest) = (folder, name, manifest);

    public string Folder { get; }

    /// <summary>The full name, with its scope.</summary>
    public string Name { get; }

    /// <summary>The name without its scope.</summary>
    public string ShortName => Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public string? Version => _manifest.Text("version");

    public string? Description => DiscoveredText.Description(_manifest.Text("description"));

    /// <summary>The command that starts it: the one named like the package, else the only one, else the first that has MCP in its name.</summary>
    public string? Command { get; private init; }

    /// <summary>Whether npx takes this command when only the package is named.</summary>
    public bool IsObviousCommand => Command == ShortName || _manifest.Members("bin").Count() == 1;

    public static NpmPackage? Read(string folder, SafeFiles files)
    {
        if (files.Json(Path.Combine(folder, "package.json")) is not { } manifest || manifest.Text("name") is not { } name)
            return null;
        return new(folder, name, manifest) { Command = ChooseCommand(manifest, name) };
    }

    /// <summary>Whether it is a program that looks like a server: by the name under which registries know it, by a keyword, by its name, or because it builds on the SDK.</summary>
    public bool LooksLikeServer() =>
        Command is { } command && !Clients.Contains(Name) && !ServerName.IsKnownOther(ShortName)
        && (_manifest.Text("mcpName") is not null
            || _manifest.Texts("keywords").Any(keyword => Keywords.Contains(keyword, StringComparer.OrdinalIgnoreCase))
            || ServerName.HasMcp(Name) || ServerName.HasMcp(command)
            || _manifest.Members("dependencies").Any(dependency => dependency.Name == Sdk));

    private static string? ChooseCommand(JsonElement manifest, string name)
    {
        var shortName = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (manifest.Text("bin") is not null)
            return shortName;
        var names = manifest.Members("bin").Select(command => command.Name).Where(IsFileName).ToList();
        return names.Contains(shortName) ? shortName
            : names is [var only] ? only
            : names.Find(ServerName.HasMcp);
    }

    /// <summary>A stranger's name of a command must not lead out of the folder.</summary>
    private static bool IsFileName(string name) => name.Length > 0 && name is not ("." or "..") && !name.AsSpan().ContainsAny("/\\\0");
}
