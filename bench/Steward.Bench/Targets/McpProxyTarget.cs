using System.Globalization;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>npm <c>mcp-proxy</c>: one server behind one Streamable HTTP endpoint.</summary>
internal sealed class McpProxyTarget(string peersDirectory, string workDirectory) : HttpTarget(workDirectory)
{
    internal override string Name => "mcp-proxy";

    protected override GatewayProcess Launch(IReadOnlyList<UpstreamCommand> servers)
    {
        var port = FreePort();
        Endpoint = new Uri($"http://127.0.0.1:{port}/mcp");
        return GatewayProcess.Start(
            Directory,
            Name,
            "node",
            [
                Path.Combine(peersDirectory, "node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs"),
                "--host",
                "127.0.0.1",
                "--port",
                port.ToString(CultureInfo.InvariantCulture),
                "--",
                servers[0].Command,
                .. servers[0].Arguments,
            ]);
    }
}
