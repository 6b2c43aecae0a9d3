using Steward.Configuration.Keys;

namespace Steward.Configuration;

/// <summary>
/// A second address, for clients of HTTP+SSE only, as mcp_runner has it: <c>/sse</c> and <c>/sse/messages</c>, a choice of servers, a
/// token of its own, and events that tell how the servers are.
/// </summary>
public sealed record SseProxyConfig
{
    /// <summary>The host name or IP address to listen on.</summary>
    /// <value>Default: <c>127.0.0.1</c> (<c>address</c>).</value>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port to listen on; 0 takes a free one.</summary>
    /// <value>Default: 3000 (<c>port</c>).</value>
    public int Port { get; init; } = 3000;

    /// <summary>Ids of the servers that its clients may reach, of those that clients of the gateway may.</summary>
    /// <value>Default: <see langword="null"/>, which means all (<c>allowedServers</c>).</value>
    public IReadOnlyList<string>? AllowedServers { get; init; }

    /// <summary>
    /// The token that clients must present as <c>Authorization: Bearer</c>, still with its references: <see cref="ResolveToken"/>
    /// gives its value. <see langword="null"/>: no authentication (<c>authenticate.bearer.token</c>).
    /// </summary>
    public string? Token { get; init; }

    /// <summary>The folder against which relative paths in references are resolved: the configuration file's.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>The address as a URL.</summary>
    internal string Listen => $"http://{(Address.Contains(':', StringComparison.Ordinal) && !Address.StartsWith('[') ? $"[{Address}]" : Address)}:{Port}";

    /// <summary>Why it must not listen: others could reach it and nobody asks who they are. Null when all is well.</summary>
    internal (string Message, string Mend)? ExposureProblem =>
        Token is null && ListenAddress.TryParse(Listen, out var address) && !address.IsLoopback
            ? ($"is \"{Address}\", which others can reach, but sseProxy.authenticate.bearer.token is missing",
                "Listen on 127.0.0.1, or give a token: \"authenticate\": { \"bearer\": { \"token\": \"${env:PROXY_TOKEN}\" } }.")
            : null;

    /// <summary>The token with its references resolved. Keep it no longer than needed, and never log it.</summary>
    /// <exception cref="VariableException">A reference cannot be resolved, or gives no token.</exception>
    internal string? ResolveToken(VariableResolver variables) =>
        Token is null ? null : TextRules.Token.Resolve(Token, "sseProxy.authenticate.bearer.token", BaseDirectory, variables);
}
