namespace Steward.Configuration;

/// <summary>Who is told when a server is in trouble, and when it is well again.</summary>
public sealed record AlertsConfig
{
    /// <summary>Where each alert is posted as JSON. Its references are resolved at the moment of use.</summary>
    /// <value>Default: <see langword="null"/>, which means nowhere (<c>webhook</c>).</value>
    public string? Webhook { get; init; }

    /// <summary>Headers of these posts. References in their values are resolved at the moment of use.</summary>
    /// <value>Default: none (<c>headers</c>).</value>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A program and its arguments, started for each alert; it gets the JSON on its standard input. References are resolved at the moment of use.</summary>
    /// <value>Default: empty, which means none (<c>command</c>).</value>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Of what to tell.</summary>
    /// <value>Default: <see cref="AlertKind.Crashed"/>, <see cref="AlertKind.Failed"/>, <see cref="AlertKind.Unhealthy"/>, <see cref="AlertKind.Recovered"/> (<c>on</c>).</value>
    public IReadOnlyList<AlertKind> On { get; init; } = [AlertKind.Crashed, AlertKind.Failed, AlertKind.Unhealthy, AlertKind.Recovered];

    /// <summary>The time between two alerts about one server. What changes meanwhile is told when it is over, if it still holds.</summary>
    /// <value>Default: 1 minute (<c>minIntervalMs</c>).</value>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a post, or the command, may take.</summary>
    /// <value>Default: 10 seconds (<c>timeoutMs</c>).</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The folder from which relative paths count, and in which the command runs.</summary>
    public string BaseDirectory { get; init; } = ".";
}
