using Steward.Registry;
using Steward.Supervision;

namespace Steward;

/// <content>Watching over the servers.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// Whether servers are probed at intervals, and started again when they fail. That a server has ended is noticed at once in any case.
    /// </summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool IsMonitoring => _tools.Monitoring.IsOn;

    /// <summary>What has happened to the servers.</summary>
    /// <exception cref="InvalidOperationException">This manager is a daemon's, whose registry keeps the history.</exception>
    public LifecycleHistory History => Embedding.History;

    /// <summary>
    /// Has servers probed and started again when they fail, as is the case unless <see cref="StopMonitoring"/> was called. What has crashed
    /// meanwhile is started again as its restart policy says. A further call changes nothing.
    /// </summary>
    public void StartMonitoring() => Watch(isOn: true);

    /// <summary>
    /// Stops probes and restarts after failures. A server that waits for its next start becomes <see cref="ServerState.Crashed"/>; those
    /// that run keep running. A further call changes nothing.
    /// </summary>
    public void StopMonitoring() => Watch(isOn: false);

    /// <summary>
    /// Probes a server now, besides the probes at intervals. What is found counts as theirs does: as many failures in a row as
    /// <see cref="Configuration.HealthPolicy.FailureThreshold"/> says have it restarted, where it <see cref="IsMonitoring"/>. Those found while it does
    /// not restart nothing later.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its status afterwards; <see cref="ServerStatus.Health"/> is the finding. One that does not run is not probed.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public async Task<ServerStatus> CheckHealthAsync(string id, CancellationToken cancellationToken = default)
    {
        var supervisor = Find(id);
        await supervisor.CheckHealthAsync(cancellationToken).ConfigureAwait(false);
        return supervisor.Server.Status;
    }

    private void Watch(bool isOn)
    {
        lock (_gate)
        {
            if (_tools.Monitoring.IsOn == isOn)
                return;
            _tools.Monitoring.IsOn = isOn;
            foreach (var supervisor in Set.Supervisors)
                supervisor.Watch(isOn); // never waits
        }
    }
}
