using Steward.Supervision;

namespace Steward;

/// <content>Starting and stopping.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// Begins to start all servers that are not disabled, side by side, and returns at once: a server that hangs delays nobody.
    /// Follow them with <see cref="WatchAsync"/> or <see cref="WaitUntilSettledAsync"/>.
    /// </summary>
    public void StartAll()
    {
        foreach (var supervisor in _supervisors)
            supervisor.Start();
    }

    /// <summary>
    /// Starts a server and waits until it runs or has failed. One that waits for its next start is started now; one that runs
    /// stays as it is.
    /// </summary>
    /// <returns>The status that it has come to: also when it failed, which is no exception.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server is disabled.</exception>
    public Task<ServerStatus> StartServerAsync(string id, CancellationToken cancellationToken = default) =>
        ActAsync(id, static supervisor => supervisor.Start(), status => status.State == ServerState.Running, cancellationToken);

    /// <summary>Stops a server and waits until nothing of it is left. Also ends the wait for a next start.</summary>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public Task<ServerStatus> StopServerAsync(string id, CancellationToken cancellationToken = default) =>
        ActAsync(id, static supervisor => supervisor.Stop(), status => status.State is ServerState.Stopped or ServerState.Disabled, cancellationToken);

    /// <summary>Stops a server, if it runs, and starts it anew; waits until it runs or has failed.</summary>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server is disabled.</exception>
    public Task<ServerStatus> RestartServerAsync(string id, CancellationToken cancellationToken = default) =>
        ActAsync(id, static supervisor => supervisor.Restart(), static _ => false, cancellationToken);

    /// <summary>Stops all servers side by side. Bounded by the grace of each; further calls join the first.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped. Each call can force.</param>
    public async Task ShutdownAsync(CancellationToken force = default)
    {
        Task shutdown;
        lock (_gate)
            shutdown = _shutdown ??= StopAllAsync();
        using (force.UnsafeRegister(static state => ((McpServerManager)state!).ForceAll(), this))
            await shutdown.ConfigureAwait(false);
    }

    /// <summary>Stops all servers; see <see cref="ShutdownAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await ShutdownAsync().ConfigureAwait(false);

    private async Task StopAllAsync()
    {
        await Task.WhenAll(_supervisors.Select(supervisor => supervisor.DisposeAsync().AsTask())).ConfigureAwait(false);
        _starts.Dispose();
    }

    private void ForceAll()
    {
        foreach (var supervisor in _supervisors)
            supervisor.Force();
    }

    private async Task<ServerStatus> ActAsync(string id, Action<ServerSupervisor> act, Func<ServerStatus, bool> isThereAlready, CancellationToken cancellationToken)
    {
        var supervisor = Find(id);
        var before = supervisor.Server.Status;
        if (before.State == ServerState.Disabled && isThereAlready(before) is false)
            throw new InvalidOperationException($"Server '{id}' is disabled: remove \"disabled\" from its configuration before it can be started.");
        if (isThereAlready(before))
            return before;

        act(supervisor);
        // After the next change: what the act has led to, not what was before it.
        return await _board.WaitForAsync(id, status => HasSettled(status) && status.Transitions > before.Transitions, cancellationToken).ConfigureAwait(false);
    }
}
