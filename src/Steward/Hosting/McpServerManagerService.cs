using Microsoft.Extensions.Hosting;

namespace Steward.Hosting;

/// <summary>Starts the servers with the host, and stops them with it.</summary>
internal sealed class McpServerManagerService(McpServerManager manager) : IHostedService
{
    /// <summary>Returns at once: a server that hangs does not hold the host up. How each fares is in its status, the log and the health check.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        manager.StartAll();
        return Task.CompletedTask;
    }

    /// <summary>Bounded by the servers' grace; when the host runs out of patience, what is left of it is skipped.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => manager.ShutdownAsync(cancellationToken);
}
