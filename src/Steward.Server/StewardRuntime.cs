using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Processes;
using Steward.Server.Mcp;
using Steward.Upstreams;

namespace Steward.Server;

/// <summary>Everything that runs in the daemon beside its web server, put together and taken apart in the right order.</summary>
internal sealed class StewardRuntime : IAsyncDisposable
{
    private readonly ProcessSpawner _spawner;

    /// <param name="config">What to run.</param>
    /// <param name="logs">Where servers' logs go.</param>
    /// <param name="ledger">Remembers children for the next start, where there is a place for it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Makes loggers.</param>
    public StewardRuntime(StewardConfig config, ServerLogOptions logs, ProcessLedger? ledger, TimeProvider time, ILoggerFactory loggers)
    {
        var variables = new VariableResolver();
        _spawner = new ProcessSpawner(loggers.CreateLogger("Steward.Processes"), ledger);
        Logs = new ServerLogs(logs, time, loggers.CreateLogger<ServerLogs>());
        var host = new UpstreamHost(_spawner, Logs, variables, time, loggers);
        var parts = new GatewayParts(config.Gateway.Limits, time, loggers);
        Manager = new McpServerManager(config, parts.CreateLauncher(host), time, loggers);
        Gateway = new McpGateway(Manager, config, parts, host);
        Front = new McpFront(Gateway, config.Gateway.Limits, new ClientTokens(config.Gateway.ResolveBearerTokens(variables)));
    }

    public ServerLogs Logs { get; }

    public McpServerManager Manager { get; }

    public McpGateway Gateway { get; }

    /// <summary>The Streamable HTTP front, to be put before routing.</summary>
    public McpFront Front { get; }

    /// <summary>Ends the sessions, then the servers. Bounded by the servers' grace.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public async Task StopAsync(CancellationToken force)
    {
        await Gateway.DisposeAsync();
        await Manager.ShutdownAsync(force);
        await Logs.DisposeAsync();
        _spawner.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);
}
