namespace Steward.Configuration;

/// <summary>A whole configuration: the servers in the order of the file, and the gateway.</summary>
public sealed record StewardConfig
{
    /// <summary>The servers, in the order in which they were declared.</summary>
    public required IReadOnlyList<ServerConfig> Servers { get; init; }

    /// <summary>Chosen parts of the servers, each served under a name of its own.</summary>
    /// <value>Default: none (<c>groups</c>).</value>
    public IReadOnlyList<GroupConfig> Groups { get; init; } = [];

    /// <summary>The endpoint that clients connect to.</summary>
    public GatewayConfig Gateway { get; init; } = new();

    /// <summary>A second address, for clients of HTTP+SSE.</summary>
    /// <value>Default: <see langword="null"/>, which means none (<c>sseProxy</c>).</value>
    public SseProxyConfig? SseProxy { get; init; }

    /// <summary>How Steward looks for servers that could be added.</summary>
    public DiscoveryConfig Discovery { get; init; } = new();

    /// <summary>How much is kept of what happened to servers.</summary>
    public HistoryConfig History { get; init; } = new();

    /// <summary>Who is told when a server is in trouble, and when it is well again.</summary>
    /// <value>Default: <see langword="null"/>, which means nobody (<c>alerts</c>).</value>
    public AlertsConfig? Alerts { get; init; }

    /// <summary>How many servers are started at one time.</summary>
    /// <value>Default: 64 (<c>startConcurrency</c>).</value>
    public int StartConcurrency { get; init; } = 64;

    /// <summary>What the operator should look at though it hinders nothing, such as a key that nobody knows.</summary>
    public IReadOnlyList<ConfigProblem> Warnings { get; init; } = [];
}
