namespace Steward.Configuration;

/// <summary>The endpoint that clients connect to.</summary>
public sealed record GatewayConfig
{
    /// <summary>The address to listen on.</summary>
    /// <value>Default: <c>http://127.0.0.1:7420</c> (<c>listen</c>). Port 0 takes a free one.</value>
    public string Listen { get; init; } = "http://127.0.0.1:7420";

    /// <summary>How names look on the merged endpoint.</summary>
    /// <value>Default: <see cref="ToolNaming.Always"/> (<c>naming</c>).</value>
    public ToolNaming Naming { get; init; } = ToolNaming.Always;

    /// <summary>Ids of the servers that clients may reach.</summary>
    /// <value>Default: <see langword="null"/>, which means all (<c>allowedServers</c>).</value>
    public IReadOnlyList<string>? AllowedServers { get; init; }

    /// <summary>Host names, without port, that a request may name, beside those of the loopback and of <see cref="Listen"/>.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins (<c>https://example.org</c>) from which browsers may call, beside those of the loopback.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Tokens of which a client must present one as <c>Authorization: Bearer</c>. Empty: no authentication.</summary>
    public IReadOnlyList<string> BearerTokens { get; init; } = [];

    /// <summary>What clients may use up.</summary>
    public GatewayLimits Limits { get; init; } = new();
}
