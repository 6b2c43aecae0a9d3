using Steward.Discovery;
using Steward.Discovery.Clients;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ClientPathTests
{
    [Theory(Timeout = 10_000)]
    [InlineData(DiscoveryPlatform.Linux, "claude-desktop", ".config/Claude/claude_desktop_config.json")]
    [InlineData(DiscoveryPlatform.MacOS, "claude-desktop", "Library/Application Support/Claude/claude_desktop_config.json")]
    [InlineData(DiscoveryPlatform.Windows, "claude-desktop", "AppData/Roaming/Claude/claude_desktop_config.json")]
    [InlineData(DiscoveryPlatform.Linux, "claude-code", ".claude.json", "shop/.mcp.json")]
    [InlineData(DiscoveryPlatform.Windows, "claude-code", ".claude.json", "shop/.mcp.json")]
    [InlineData(DiscoveryPlatform.MacOS, "cursor", ".cursor/mcp.json", "shop/.cursor/mcp.json")]
    [InlineData(DiscoveryPlatform.Linux, "vscode", ".config/Code/User/mcp.json", ".config/Code/User/settings.json", "shop/.vscode/mcp.json", "shop/.vscode/settings.json")]
    [InlineData(DiscoveryPlatform.MacOS, "vscode", "Library/Application Support/Code/User/mcp.json", "Library/Application Support/Code/User/settings.json", "shop/.vscode/mcp.json", "shop/.vscode/settings.json")]
    [InlineData(DiscoveryPlatform.Windows, "vscode", "AppData/Roaming/Code/User/mcp.json", "AppData/Roaming/Code/User/settings.json", "shop/.vscode/mcp.json", "shop/.vscode/settings.json")]
    [InlineData(DiscoveryPlatform.Linux, "windsurf", ".codeium/windsurf/mcp_config.json", ".codeium/mcp_config.json")]
    [InlineData(DiscoveryPlatform.Linux, "cline", ".cline/data/settings/cline_mcp_settings.json", ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json")]
    [InlineData(DiscoveryPlatform.Windows, "cline", ".cline/data/settings/cline_mcp_settings.json", "AppData/Roaming/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json")]
    [InlineData(DiscoveryPlatform.Linux, "kiro", ".kiro/settings/mcp.json", "shop/.kiro/settings/mcp.json")]
    [InlineData(DiscoveryPlatform.Linux, "zed", ".config/zed/settings.json", "shop/.zed/settings.json")]
    [InlineData(DiscoveryPlatform.MacOS, "zed", ".config/zed/settings.json", "shop/.zed/settings.json")]
    [InlineData(DiscoveryPlatform.Windows, "zed", "AppData/Roaming/Zed/settings.json", "shop/.zed/settings.json")]
    [InlineData(DiscoveryPlatform.Linux, "gemini-cli", ".gemini/settings.json", "shop/.gemini/settings.json")]
    [InlineData(DiscoveryPlatform.Linux, "codex", ".codex/config.toml", "shop/.codex/config.toml")]
    [InlineData(DiscoveryPlatform.Linux, "shannon", ".config/claude/mcp_servers.json", ".claude/mcp_servers.json")]
    public void Each_client_keeps_its_files_where_its_system_has_them(DiscoveryPlatform platform, string client, params string[] expected)
    {
        var context = ClientRig.Context(platform);

        Assert.Equal(expected, ClientApplications.Find(client)!.Files.Select(file => Path.GetRelativePath(ClientRig.Home, file.Locate(context))));
    }

    [Fact(Timeout = 10_000)]
    public void Variables_move_the_files()
    {
        var linux = ClientRig.Context(DiscoveryPlatform.Linux, ("XDG_CONFIG_HOME", "/c"), ("CODEX_HOME", "/x"), ("CLAUDE_CONFIG_DIR", "/a"), ("CLINE_MCP_SETTINGS_PATH", "/l.json"));
        var windows = ClientRig.Context(DiscoveryPlatform.Windows, ("APPDATA", "/roaming"), ("XDG_CONFIG_HOME", "/c"));

        Assert.Equal("/c/Claude/claude_desktop_config.json", First("claude-desktop", linux));
        Assert.Equal("/c/zed/settings.json", First("zed", linux));
        Assert.Equal("/x/config.toml", First("codex", linux));
        Assert.Equal("/a/.claude.json", First("claude-code", linux));
        Assert.Equal("/l.json", First("cline", linux));
        Assert.Equal("/roaming/Code/User/mcp.json", First("vscode", windows));
        Assert.Equal("/roaming/Zed/settings.json", First("zed", windows));
    }

    [Fact(Timeout = 10_000)]
    public void A_relative_XDG_folder_is_ignored_as_its_rules_say() =>
        Assert.Equal("/home/ann/.config/zed/settings.json", First("zed", ClientRig.Context(DiscoveryPlatform.Linux, ("XDG_CONFIG_HOME", "c"))));

    [Fact(Timeout = 10_000)]
    public void Names_and_aliases_are_found_in_any_case_and_meet_nowhere()
    {
        Assert.Equal("claude-code", ClientApplications.Find("Claude")!.Name);
        Assert.Equal("gemini-cli", ClientApplications.Find("gemini")!.Name);
        Assert.Null(ClientApplications.Find("emacs"));
        var names = ClientApplications.All.SelectMany(client => client.Aliases.Append(client.Name)).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    private static string First(string client, DiscoveryContext context) => ClientApplications.Find(client)!.Files[0].Locate(context);
}
