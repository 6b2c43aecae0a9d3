using Steward.Gateway;

namespace Steward.Server.Api;

/// <summary>The daemon and its endpoint.</summary>
/// <param name="Url">Where it listens.</param>
/// <param name="Endpoint">Where MCP clients connect to reach all servers.</param>
/// <param name="Sessions">How many clients are connected.</param>
/// <param name="Pid">The daemon's process id.</param>
/// <param name="StartedAt">Since when it runs.</param>
/// <param name="Version">Its version.</param>
internal sealed record GatewayFacts(string Url, string Endpoint, int Sessions, int Pid, DateTimeOffset StartedAt, string Version)
{
    public static GatewayFacts Of(HostState state, McpGateway gateway) =>
        new(state.Url, $"{state.Url}/mcp", gateway.Sessions.Count, Environment.ProcessId, state.StartedAt, StewardHost.Version);
}
