using Steward.Bench.Targets;

namespace Steward.Bench.Measurements;

/// <summary>Makes the targets by their names in the table.</summary>
internal sealed class TargetFactory(BenchOptions options, string workDirectory)
{
    /// <summary>The server of twenty tools that start-up is measured with.</summary>
    internal string ManyToolsScript => Path.Combine(options.PeersDirectory, "many-tools.sh");

    internal Target Create(string name) => name switch
    {
        "direct" => new DirectTarget(),
        "null-http" => new EmptyServerTarget(name, "empty-kestrel", workDirectory),
        "null-raw" => new EmptyServerTarget(name, "empty-raw", workDirectory),
        "mcp-hub" => new McpHubTarget(options.PeersDirectory, workDirectory),
        "mcp-proxy" => new McpProxyTarget(options.PeersDirectory, workDirectory),
        _ when StewardRoute.All.FirstOrDefault(route => route.Name == name) is { } route => new StewardTarget(route, options.StewardProgram, workDirectory),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such target."),
    };
}
