namespace Steward.Discovery;

/// <summary>Tells by a name whether a program or package may be an MCP server.</summary>
internal static class ServerName
{
    // Of the same kin, but clients, proxies and tools for developers: none of them is a server by itself.
    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        "mcp-inspector", "mcp-cli", "mcp-remote", "mcp-proxy", "mcp-publisher", "mcp-scan", "mcp-get", "mcp-hub", "mcp-client", "mcp-dev",
        "mcp-runner", "mcp-tools", "mcp-gateway", "fastmcp", "create-mcp", "inspector", "server-inspector",
    };

    /// <summary>Whether a program's name says that it is a server: <c>mcp-*</c>, <c>*-mcp</c> or <c>*mcp-server*</c>, also with underscores.</summary>
    public static bool IsOfServer(string stem)
    {
        var name = stem.Replace('_', '-').ToLowerInvariant();
        return !Others.Contains(name)
            && ((name.StartsWith("mcp-", StringComparison.Ordinal) && name.Length > 4)
                || (name.EndsWith("-mcp", StringComparison.Ordinal) && name.Length > 4)
                || name.Contains("mcp-server", StringComparison.Ordinal));
    }

    /// <summary>Whether a package's name, without its scope, is one that is known to be something else.</summary>
    public static bool IsKnownOther(string package) => Others.Contains(package.Replace('_', '-'));

    /// <summary>Whether a name has <c>mcp</c> as one of its words.</summary>
    public static bool HasMcp(string name) => name.Split(['-', '_', '.', '/', '@', ' '])
        .Any(word => word.Equals("mcp", StringComparison.OrdinalIgnoreCase) || word.Equals("modelcontextprotocol", StringComparison.OrdinalIgnoreCase));
}
