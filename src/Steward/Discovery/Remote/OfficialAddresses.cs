namespace Steward.Discovery.Remote;

/// <summary>Whom discovery asks when it is not told otherwise. No other address stands in the program.</summary>
internal static class OfficialAddresses
{
    /// <summary>The official registry of MCP servers: https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/official-registry-api.md.</summary>
    public const string Registry = "https://registry.modelcontextprotocol.io";

    /// <summary>GitHub's REST API: https://docs.github.com/rest/repos/contents.</summary>
    public const string GitHub = "https://api.github.com";
}
