using Steward.Supervision;

namespace Steward;

/// <content>Starting and stopping.</content>
public sealed partial class McpServerManager
{
    /// <summary>How many servers run.</summary>
    public int RunningServerCount => Servers.Count(server => server.Status.State == ServerState.Running);

    /// <summary>
    /// Starts all servers that are neither disabled nor lazy, side by side, and waits until each runs or has failed: a server that hangs delays no
    /// other. From now on servers that are added or enabled are started as well.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the starts go on.</param>
    /// <returns>What became of each, by its id. That one failed is no exception.</returns>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public async Task<IReadOnlyDictionary<string, ServerOutcome>> StartAllAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _shutdown) is not null, this);
        Volatile.Write(ref _isStarted, true);
        var starting = Set.Supervisors.Where(supervisor => !supervisor.Server.Config.Disabled)
            .Select(supervisor => SettleAsync(StartOrRestartAsync(supervisor, static supervisor => supervisor.ServeAsync(), CancellationToken.None), supervisor.Server.Id, "started", warning: null));
        var outcomes = await Task.WhenAll(starting).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new OrderedDictionary<string, ServerOutcome>(outcomes.Select(outcome => KeyValuePair.Create(outcome.Id, outcome)), StringComparer.Ordinal);
    }

    /// <summary>
    /// Starts a server and waits until it runs. One that waits for its next start is started now; one that runs stays as it is.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the start goes on.</param>
    /// <returns>Its status.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server is disabled.</exception>
    /// <exception cref="ServerStartException">It did not come up; by its restart policy it may be tried again.</exception>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public async Task<ServerStatus> StartServerAsync(string id, CancellationToken cancellationToken = default) =>
        ServerStartException.ThrowUnlessUp(await TryStartServerAsync(id, cancellationToken).ConfigureAwait(false));

    /// <summary>Stops a server and waits until nothing of it is left. Also ends the wait for a next start. One that does not run stays as it is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the stop goes on.</param>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id, or it was removed meanwhile.</exception>
    /// <exception cref="ObjectDisposedException">The manager was shut down, and the server had still not ended.</exception>
    public async Task<ServerStatus> StopServerAsync(string id, CancellationToken cancellationToken = default)
    {
        var supervisor = Find(id);
        var version = await supervisor.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await SettledAsync(supervisor, version ?? 0, cancellationToken).ConfigureAwait(false); // too late to ask: it is stopped
    }

    /// <summary>Stops a server, if it runs, and starts it anew; waits until it runs.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the restart goes on.</param>
    /// <returns>Its status.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server is disabled.</exception>
    /// <exception cref="ServerStartException">It did not come up; by its restart policy it may be tried again.</exception>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public async Task<ServerStatus> RestartServerAsync(string id, CancellationToken cancellationToken = default) =>
        ServerStartException.ThrowUnlessUp(await TryRestartServerAsync(id, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Begins to start all servers that are not disabled, and returns at once. Follow them with <see cref="WatchAsync"/> or
    /// <see cref="WaitUntilSettledAsync"/>.
    /// </summary>
    internal void StartAll()
    {
        ObjectDisposedException.ThrowIf(_shutdown is not null, this);
        Volatile.Write(ref _isStarted, true);
        foreach (var supervisor in Set.Supervisors)
            _ = supervisor.ServeAsync(); // never faults
    }

    /// <summary>As <see cref="StartServerAsync"/>, but that it did not come up is no exception.</summary>
    internal Task<ServerStatus> TryStartServerAsync(string id, CancellationToken cancellationToken = default) =>
        StartOrRestartAsync(id, static supervisor => supervisor.StartAsync(), cancellationToken);

    /// <summary>As <see cref="RestartServerAsync"/>, but that it did not come up is no exception.</summary>
    internal Task<ServerStatus> TryRestartServerAsync(string id, CancellationToken cancellationToken = default) =>
        StartOrRestartAsync(id, static supervisor => supervisor.RestartAsync(), cancellationToken);

    /// <summary>Stops all servers side by side. Bounded by drain and grace of the slowest, and ten seconds; further calls join the first.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped. Each call can force.</param>
    public async Task ShutdownAsync(CancellationToken force = default)
    {
        Task shutdown;
        lock (_gate)
            shutdown = _shutdown ??= Task.Run(StopAllAsync, CancellationToken.None); // the lock covers the field, not the stop
        using (force.UnsafeRegister(static state => ((McpServerManager)state!).ForceAll(), this))
            await shutdown.ConfigureAwait(false);
    }

    /// <summary>Stops all servers; see <see cref="ShutdownAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await ShutdownAsync().ConfigureAwait(false);

    private async Task StopAllAsync()
    {
        try
        {
            await (_embedding?.Host.StopGatewayAsync(_force.Token) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        finally // whatever went wrong with its clients, no server is left
        {
            await Task.WhenAll(Set.Supervisors.Select(supervisor => supervisor.DisposeAsync().AsTask())).ConfigureAwait(false);
            _board.Complete(); // whoever still waits is told
            if (_embedding is { } embedding)
                await embedding.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void ForceAll()
    {
        _force.Cancel();
        foreach (var supervisor in Set.Supervisors)
            supervisor.Force();
    }

    private async Task<ServerStatus> StartOrRestartAsync(string id, Func<ServerSupervisor, Task<long?>> ask, CancellationToken cancellationToken) =>
        await StartOrRestartAsync(Find(id), ask, cancellationToken).ConfigureAwait(false);

    private async Task<ServerStatus> StartOrRestartAsync(ServerSupervisor supervisor, Func<ServerSupervisor, Task<long?>> ask, CancellationToken cancellationToken)
    {
        var id = supervisor.Server.Id;
        if (supervisor.Server.Config.Disabled)
            throw new InvalidOperationException($"Server '{id}' is disabled: enable it, or remove \"disabled\" from its configuration, before it can be started.");

        var version = await ask(supervisor).WaitAsync(cancellationToken).ConfigureAwait(false);
        return await SettledAsync(supervisor, version ?? throw TooLate(id), mayBeUpdating: true, cancellationToken).ConfigureAwait(false); // one that is being updated runs
    }
}
