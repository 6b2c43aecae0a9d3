using Microsoft.Extensions.Diagnostics.HealthChecks;
using Steward.Supervision;

namespace Steward.Hosting;

/// <summary>
/// The health of a manager's servers: healthy when every enabled one runs and answers; the status for failures when none of them does; degraded
/// else. Its data has the state of each of them.
/// </summary>
internal sealed class McpServersHealthCheck(McpServerManager manager) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ServerStatus[] enabled = [.. manager.GetAllStatuses().Where(static status => status.State != ServerState.Disabled)];
        ServerStatus[] ill = [.. enabled.Where(static status => !IsWell(status))];
        var data = enabled.ToDictionary(static status => status.Id, static status => (object)Describe(status));
        var result = ill.Length switch
        {
            0 => HealthCheckResult.Healthy($"{manager.Name}: {(enabled.Length == 1 ? "1 server runs" : $"{enabled.Length} servers run")}.", data),
            var all when all == enabled.Length => new(context.Registration.FailureStatus, $"{manager.Name}: none of {enabled.Length} servers is well: {Name(ill)}.", data: data),
            _ => HealthCheckResult.Degraded($"{manager.Name}: {ill.Length} of {enabled.Length} servers are not well: {Name(ill)}.", data: data),
        };
        return Task.FromResult(result);
    }

    private static bool IsWell(ServerStatus status) => status.StartsOnCall || status is { State: ServerState.Running, Health: ServerHealth.Healthy or ServerHealth.Unknown };

    private static string Name(ServerStatus[] servers) => string.Join(", ", servers.Select(static status => $"{status.Id} ({Describe(status)})"));

    private static string Describe(ServerStatus status) => status.State != ServerState.Running ? $"{status.State}" : IsWell(status) ? "Running" : $"{status.Health}";
}
