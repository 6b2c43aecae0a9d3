namespace Steward.Configuration;

/// <summary>How Steward proves to a remote server who it is.</summary>
public enum ServerAuthType
{
    /// <summary>A fixed token, as <c>Authorization: Bearer</c>.</summary>
    Bearer,

    /// <summary>A fixed value in a header that the server names.</summary>
    ApiKey,

    /// <summary>Tokens of an authorization server, as the MCP specification has it: OAuth 2.1.</summary>
    OAuth,
}
