using static Steward.Discovery.Clients.ClientScope;

namespace Steward.Discovery.Clients;

/// <summary>The clients that Steward knows. The sources of what stands here are named at each of <see cref="ClientDialects"/>.</summary>
internal static class ClientApplications
{
    private const string ClineFile = "cline_mcp_settings.json";

    /// <summary>In the order in which they are asked: the first that has a server gives it its name.</summary>
    public static IReadOnlyList<ClientApplication> All { get; } =
    [
        new("claude-desktop", "Claude Desktop",
        [
            new(User, ClientDialects.ClaudeDesktop, context => context.Settings("Claude/claude_desktop_config.json")),
        ]),
        new("claude-code", "Claude Code",
        [
            new(User, ClientDialects.ClaudeCodeUser, context => context.Below("CLAUDE_CONFIG_DIR", "", ".claude.json")),
            ClientFile.OfProject(ClientDialects.ClaudeCode, ".mcp.json"),
        ])
        {
            Aliases = ["claude"],
        },
        new("cursor", "Cursor",
        [
            new(User, ClientDialects.Cursor, context => context.HomePath(".cursor/mcp.json")),
            ClientFile.OfProject(ClientDialects.Cursor, ".cursor/mcp.json"),
        ]),
        new("vscode", "VS Code",
        [
            new(User, ClientDialects.VisualStudioCode, context => context.Settings("Code/User/mcp.json")),
            new(User, ClientDialects.VisualStudioCodeSettings, context => context.Settings("Code/User/settings.json")) { IsOld = true },
            ClientFile.OfProject(ClientDialects.VisualStudioCode, ".vscode/mcp.json"),
            ClientFile.OfProject(ClientDialects.VisualStudioCodeSettings, ".vscode/settings.json") with { IsOld = true },
        ])
        {
            Aliases = ["code", "vs-code"],
        },
        new("windsurf", "Windsurf",
        [
            new(User, ClientDialects.Windsurf, context => context.HomePath(".codeium/windsurf/mcp_config.json")),
            new(User, ClientDialects.Windsurf, context => context.HomePath(".codeium/mcp_config.json")) { IsOld = true },
        ]),
        new("cline", "Cline",
        [
            new(User, ClientDialects.Cline, context => context.Variables("CLINE_MCP_SETTINGS_PATH") is { Length: > 0 } path ? path : context.HomePath($".cline/data/settings/{ClineFile}")),
            new(User, ClientDialects.Cline, context => context.Settings($"Code/User/globalStorage/saoudrizwan.claude-dev/settings/{ClineFile}")),
        ]),
        new("kiro", "Kiro",
        [
            new(User, ClientDialects.Kiro, context => context.HomePath(".kiro/settings/mcp.json")),
            ClientFile.OfProject(ClientDialects.Kiro, ".kiro/settings/mcp.json"),
        ]),
        new("zed", "Zed",
        [
            new(User, ClientDialects.Zed, context => context.Platform == DiscoveryPlatform.Windows ? context.Settings("Zed/settings.json") : context.XdgConfig("zed/settings.json")),
            ClientFile.OfProject(ClientDialects.Zed, ".zed/settings.json"),
        ]),
        new("gemini-cli", "Gemini CLI",
        [
            new(User, ClientDialects.GeminiCli, context => context.HomePath(".gemini/settings.json")),
            ClientFile.OfProject(ClientDialects.GeminiCli, ".gemini/settings.json"),
        ])
        {
            Aliases = ["gemini"],
        },
        new("codex", "Codex",
        [
            new(User, ClientDialects.Codex, context => context.Below("CODEX_HOME", ".codex", "config.toml")),
            ClientFile.OfProject(ClientDialects.Codex, ".codex/config.toml"),
        ]),
        new("shannon", "Shannon",
        [
            new(User, ClientDialects.Shannon, context => context.HomePath(".config/claude/mcp_servers.json")),
            new(User, ClientDialects.Shannon, context => context.HomePath(".claude/mcp_servers.json")),
        ]),
    ];

    /// <summary>The client of a name or alias; null when there is none.</summary>
    public static ClientApplication? Find(string name) =>
        All.FirstOrDefault(client => client.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || client.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase));
}
