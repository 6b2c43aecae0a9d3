using System.Globalization;
using Steward.Bench.Sessions;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>npm <c>mcp-hub</c>: many servers behind one HTTP+SSE endpoint.</summary>
internal sealed class McpHubTarget(string peersDirectory, string workDirectory) : HttpTarget(workDirectory)
{
    internal override string Name => "mcp-hub";

    internal override bool Aggregates => true;

    internal override McpSession OpenSession() => new LegacySseSession(Endpoint);

    protected override GatewayProcess Launch(IReadOnlyList<UpstreamCommand> servers)
    {
        var port = FreePort();
        Endpoint = new Uri($"http://127.0.0.1:{port}/mcp");
        return GatewayProcess.Start(
            Directory,
            Name,
            "node",
            Path.Combine(peersDirectory, "node_modules/mcp-hub/dist/cli.js"),
            "--port",
            port.ToString(CultureInfo.InvariantCulture),
            "--config",
            ServerListFile.Write(Directory, servers));
    }
}
