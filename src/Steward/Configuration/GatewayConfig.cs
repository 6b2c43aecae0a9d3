using Steward.Configuration.Keys;

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

    /// <summary>
    /// Tokens of which a client must present one as <c>Authorization: Bearer</c>, still with their references:
    /// <see cref="ResolveBearerTokens"/> gives their values. Empty: no authentication.
    /// </summary>
    public IReadOnlyList<string> BearerTokens { get; init; } = [];

    /// <summary>What clients may use up.</summary>
    public GatewayLimits Limits { get; init; } = new();

    /// <summary>The folder against which relative paths in references are resolved: the configuration file's.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Why this gateway must not listen: others could reach it and nobody asks who they are. Null when all is well.</summary>
    internal (string Message, string Mend)? ExposureProblem =>
        BearerTokens.Count == 0 && ListenAddress.TryParse(Listen, out var address) && !address.IsLoopback
            ? ($"is \"{Listen}\", which others can reach, but gateway.auth.bearer.tokens is empty",
                "Listen on http://127.0.0.1:7420, or give tokens: \"auth\": { \"bearer\": { \"tokens\": [\"${env:GATEWAY_TOKEN}\"] } }.")
            : null;

    /// <summary>The tokens with their references resolved. Keep them no longer than needed, and never log them.</summary>
    /// <exception cref="VariableException">A reference cannot be resolved, or gives no token.</exception>
    internal IReadOnlyList<string> ResolveBearerTokens(VariableResolver variables) =>
        [.. BearerTokens.Select((token, i) => TextRules.Token.Resolve(token, $"gateway.auth.bearer.tokens[{i}]", BaseDirectory, variables))];

    /// <summary>This gateway on another address, such as one from the command line.</summary>
    /// <param name="listen">The address.</param>
    /// <param name="source">Where it was given, for the problem: <c>--listen</c>.</param>
    /// <exception cref="ConfigException">It is no address, or others could reach it without authentication.</exception>
    internal GatewayConfig ListeningOn(string listen, string source)
    {
        if (!ListenAddress.TryParse(listen, out _))
            throw new ConfigException([new(source, 1, 1, "listen", $"is \"{listen}\", but {TextRules.Listen.Complain(listen)}", TextRules.Listen.Mend)]);

        var gateway = this with { Listen = listen };
        return gateway.ExposureProblem is { } exposed
            ? throw new ConfigException([new(source, 1, 1, "listen", exposed.Message, exposed.Mend)])
            : gateway;
    }
}
