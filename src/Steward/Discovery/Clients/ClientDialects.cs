using Steward.Configuration;

namespace Steward.Discovery.Clients;

/// <summary>The dialects of all clients. Each names the pages that it follows.</summary>
internal static class ClientDialects
{
    private static readonly TimeSpan Milliseconds = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Claude Desktop launches programs only; remote servers are connected in its settings. Variables are not replaced.
    /// https://modelcontextprotocol.io/docs/develop/connect-local-servers
    /// </summary>
    public static ClientDialect ClaudeDesktop { get; } = new() { Name = "Claude Desktop", HttpMembers = null };

    /// <summary>Claude Code: <c>${VAR}</c> and <c>${VAR:-default}</c>, <c>timeout</c> in milliseconds, <c>type</c> of remote servers. https://code.claude.com/docs/en/mcp</summary>
    public static ClientDialect ClaudeCode { get; } = new()
    {
        Name = "Claude Code",
        References = ReferenceSyntax.Braces,
        TimeoutUnit = Milliseconds,
        StdioMembers = [("type", "stdio")],
        HttpMembers = [("type", "http")],
    };

    /// <summary>The file of Claude Code in which also the servers of single projects stand ("local scope"). https://code.claude.com/docs/en/mcp#local-scope</summary>
    public static ClientDialect ClaudeCodeUser { get; } = ClaudeCode with { HasProjects = true };

    /// <summary>Cursor: <c>envFile</c>, <c>auth</c>, <c>${env:NAME}</c>, <c>${userHome}</c>, <c>${workspaceFolder}</c> and the like. https://cursor.com/docs/mcp</summary>
    public static ClientDialect Cursor { get; } = new()
    {
        Name = "Cursor",
        References = ReferenceSyntax.Environment | ReferenceSyntax.Editor,
        StdioMembers = [("type", "stdio")],
    };

    /// <summary>
    /// VS Code's <c>mcp.json</c>: <c>servers</c>, <c>inputs</c>, <c>envFile</c>. https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
    /// and https://code.visualstudio.com/docs/reference/variables-reference
    /// </summary>
    public static ClientDialect VisualStudioCode { get; } = new()
    {
        Name = "VS Code",
        Section = ["servers"],
        References = ReferenceSyntax.Environment | ReferenceSyntax.Editor | ReferenceSyntax.Input,
        StdioMembers = [("type", "stdio")],
        HttpMembers = [("type", "http")],
    };

    /// <summary>The same in <c>settings.json</c>, where versions before 1.102 kept it.</summary>
    public static ClientDialect VisualStudioCodeSettings { get; } = VisualStudioCode with { Section = ["mcp", "servers"] };

    /// <summary>Windsurf: <c>serverUrl</c> or <c>url</c>, <c>disabledTools</c>, <c>${env:NAME}</c>, <c>${file:PATH}</c>. https://docs.windsurf.com/windsurf/cascade/mcp</summary>
    public static ClientDialect Windsurf { get; } = new()
    {
        Name = "Windsurf",
        References = ReferenceSyntax.Environment | ReferenceSyntax.File,
        UrlKey = "serverUrl",
    };

    /// <summary>
    /// Cline: <c>timeout</c> in seconds, <c>autoApprove</c>, formerly <c>alwaysAllow</c>; a <c>url</c> without <c>type</c> is HTTP+SSE.
    /// https://docs.cline.bot/mcp/adding-and-configuring-servers and https://github.com/cline/cline/blob/main/src/services/mcp/schemas.ts
    /// </summary>
    public static ClientDialect Cline { get; } = new()
    {
        Name = "Cline",
        References = ReferenceSyntax.Environment,
        TimeoutUnit = Seconds,
        BareUrl = ServerTransport.Sse,
        StdioMembers = [("type", "stdio")],
        HttpMembers = [("type", "streamableHttp")],
    };

    /// <summary>Kiro: <c>${VAR}</c>, <c>disabledTools</c>, <c>autoApprove</c>, <c>timeout</c> in milliseconds. https://kiro.dev/docs/mcp/configuration</summary>
    public static ClientDialect Kiro { get; } = new() { Name = "Kiro", References = ReferenceSyntax.Braces, TimeoutUnit = Milliseconds };

    /// <summary>
    /// Zed: <c>context_servers</c>, <c>timeout</c> in seconds, formerly <c>command</c> as an object with <c>path</c>.
    /// https://zed.dev/docs/ai/mcp and https://github.com/zed-industries/zed/blob/main/crates/settings_content/src/project.rs
    /// </summary>
    public static ClientDialect Zed { get; } = new()
    {
        Name = "Zed",
        Section = ["context_servers"],
        TimeoutUnit = Seconds,
        HasExtensions = true,
        StdioMembers = [("source", "custom")],
        HttpMembers = [("source", "custom")],
    };

    /// <summary>
    /// Gemini CLI: <c>httpUrl</c>, <c>url</c>, <c>includeTools</c>, <c>excludeTools</c>, <c>timeout</c> in milliseconds, <c>$NAME</c> and <c>${NAME}</c>.
    /// https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md
    /// </summary>
    public static ClientDialect GeminiCli { get; } = new()
    {
        Name = "Gemini CLI",
        References = ReferenceSyntax.Braces | ReferenceSyntax.Dollar,
        TimeoutUnit = Milliseconds,
        UrlKey = "httpUrl",
    };

    /// <summary>
    /// Codex: TOML with <c>[mcp_servers.NAME]</c>; secrets by the names of variables.
    /// https://github.com/openai/codex/blob/main/codex-rs/config/src/mcp_types.rs
    /// </summary>
    public static ClientDialect Codex { get; } = new()
    {
        Name = "Codex",
        Format = ClientFormat.Toml,
        Section = ["mcp_servers"],
        BareUrl = ServerTransport.Http,
    };

    /// <summary>The two files in which the MCP manager of Shannon looks; it takes programs only.</summary>
    public static ClientDialect Shannon { get; } = new() { Name = "Shannon", HttpMembers = null };

    /// <summary>Steward's own files; docs/configuration.md describes them.</summary>
    public static ClientDialect Steward { get; } = new() { Name = "Steward", IsOwn = true };
}
