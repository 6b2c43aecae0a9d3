using Steward.Configuration;
using Steward.Supervision;

namespace Steward;

/// <content>Servers that come, change and go.</content>
public sealed partial class McpServerManager
{
    private readonly Dictionary<string, Task> _leaving = new(StringComparer.Ordinal);

    // What a removal has given up waiting for, because it does not end. Few at most: only the kernel can hold a killed process.
    private readonly Dictionary<string, Task> _remains = new(StringComparer.Ordinal);

    /// <summary>
    /// Called where all that runs of a server beside the run of its supervisor must end: it is removed, disabled, or defined anew. Never
    /// faults.
    /// </summary>
    internal Func<ManagedServer, Task>? Releasing { get; set; }

    /// <summary>
    /// Called with a run that is about to take the place of another, before it gets calls: it is to be set up as its clients want it. Never
    /// faults, and is bounded.
    /// </summary>
    internal Func<ManagedServer, IServerRun, Task>? Preparing { get; set; }

    /// <summary>
    /// Called where another run has taken the place of that of a server: what runs beside, for single clients, is to be replaced too, without
    /// a gap. Never faults.
    /// </summary>
    internal Func<ManagedServer, Task>? Renewing { get; set; }

    /// <summary>What is known of a server that does not run: a lazy one of which something is, is not started before somebody calls it.</summary>
    internal Func<ServerConfig, RunFacts?> Remembered { get => _tools.Remembered; set => _tools.Remembered = value; }

    /// <summary>Called when nothing runs any more of a server that is removed, before it is forgotten. Never throws.</summary>
    internal Action<ManagedServer>? Removed { get; set; }

    /// <summary>Called as the last thing before a removed server is forgotten: nobody can have its id yet. What is kept for it beside the servers ends. Never faults.</summary>
    internal Func<string, Task>? Forgetting { get; set; }

    /// <summary>
    /// Adds a server behind the others and starts it, unless it is disabled; the task completes when it runs or has failed.
    /// </summary>
    /// <param name="server">Its definition, for which the rules of the configuration file hold.</param>
    /// <param name="start">Whether to start it; where not, it is there and stopped.</param>
    /// <param name="cancellationToken">Ends the wait; the server stays.</param>
    /// <returns>The status that it has come to: also when it failed, which is no exception.</returns>
    /// <exception cref="ServerExistsException">There is a server of that id.</exception>
    /// <exception cref="ConfigException">The definition breaks a rule.</exception>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public Task<ServerStatus> AddServerAsync(ServerConfig server, bool start = true, CancellationToken cancellationToken = default) =>
        AddServerAsync(server, ServerOrigin.Registered, start, cancellationToken);

    /// <summary>
    /// Gives a server another definition. Where it runs and what changed needs another process or connection, the new one is started beside
    /// the old one and takes its place when it is ready: no call fails or waits (<see cref="ServerConfig.Update"/> has another way). A server
    /// that had failed, or waits for its next start, is tried with the new definition; one that somebody stopped stays stopped. A new list of
    /// allowed tools, another policy or name has its effect at once.
    /// </summary>
    /// <param name="server">Its new definition, for which the rules of the configuration file hold.</param>
    /// <param name="cancellationToken">Ends the wait; the change goes on.</param>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="ServerUpdateException">It ran, and did not come up by the new definition: it still has the old one, or has it again.</exception>
    /// <exception cref="UnknownServerException">There is no server of that id, or it was removed meanwhile.</exception>
    /// <exception cref="ConfigException">The definition breaks a rule: nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public Task<ServerStatus> UpdateServerAsync(ServerConfig server, CancellationToken cancellationToken = default) =>
        UpdateServerAsync(server, origin: null, cancellationToken);

    /// <summary>
    /// Removes a server: its calls in flight may finish as at a stop, it is stopped, and forgotten with all that clients had to do with
    /// it. Returns when nothing of it is left.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the removal goes on.</param>
    /// <returns>Whether it was there, and nobody else is removing it.</returns>
    public async Task<bool> RemoveServerAsync(string id, CancellationToken cancellationToken = default)
    {
        bool isMine;
        Task? removal;
        lock (_gate)
        {
            isMine = !_leaving.TryGetValue(id, out removal) && _shutdown is null && Set.Find(id) is not null;
            if (isMine)
            {
                var supervisor = Set.Find(id)!;
                supervisor.Server.IsLeaving = true;
                _leaving[id] = removal = Task.Run(() => RemoveAsync(supervisor), CancellationToken.None); // the lock covers the memory, not the stop
            }
        }

        await (removal ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(false);
        return isMine;
    }

    /// <summary>Lets a disabled server run again, and starts it where <see cref="StartAllAsync"/> has been called. One that is not disabled stays as it is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the change goes on.</param>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public Task<ServerStatus> EnableServerAsync(string id, CancellationToken cancellationToken = default) => SetDisabledAsync(id, disabled: false, cancellationToken);

    /// <summary>Stops a server, whatever it is doing, and keeps it from being started until it is enabled. One that is disabled stays as it is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the change goes on.</param>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public Task<ServerStatus> DisableServerAsync(string id, CancellationToken cancellationToken = default) => SetDisabledAsync(id, disabled: true, cancellationToken);

    internal async Task<ServerStatus> AddServerAsync(ServerConfig server, ServerOrigin origin, bool start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var config = ServerJson.Checked(server);
        var supervisor = await EnterAsync(config, origin, cancellationToken).ConfigureAwait(false);
        return start ? await StartAddedAsync(supervisor, isAsked: _embedding is not null).WaitAsync(cancellationToken).ConfigureAwait(false) : supervisor.Server.Status;
    }

    internal async Task<ServerStatus> UpdateServerAsync(ServerConfig server, ServerOrigin? origin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return await RedefineAsync(Find(server.Id), ServerJson.Checked(server), origin).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the servers of these ids stand first, in this order.</summary>
    internal void Order(IReadOnlyList<string> ids)
    {
        lock (_gate)
            Volatile.Write(ref _set, Set.InOrder(ids));
    }

    private async Task<ServerSupervisor> EnterAsync(ServerConfig config, ServerOrigin origin, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? leaving;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_shutdown is not null, this);
                if (!_leaving.TryGetValue(config.Id, out leaving))
                {
                    if (Set.Find(config.Id) is not null)
                        throw new ServerExistsException(config.Id);
                    _remains.Remove(config.Id, out var before);
                    var supervisor = new ServerSupervisor(new ManagedServer(config, _board, origin, _defaults), _tools, before);
                    Volatile.Write(ref _set, Set.With(supervisor));
                    return supervisor;
                }
            }

            await leaving.WaitAsync(cancellationToken).ConfigureAwait(false); // there are never two runs of one id
        }
    }

    /// <summary>Cannot fault: whoever waits for it is not to wait for ever.</summary>
    private async Task RemoveAsync(ServerSupervisor supervisor)
    {
        var releasing = LetGoAsync(supervisor, () => Releasing?.Invoke(supervisor.Server));
        await LetGoAsync(supervisor, () => supervisor.DisposeAsync().AsTask()).ConfigureAwait(false);
        await releasing.ConfigureAwait(false);
        await LetGoAsync(supervisor, () =>
        {
            Removed?.Invoke(supervisor.Server);
            return null;
        }).ConfigureAwait(false);
        await LetGoAsync(supervisor, () => Forgetting?.Invoke(supervisor.Server.Id)).ConfigureAwait(false);
        lock (_gate)
        {
            Volatile.Write(ref _set, Set.Without(supervisor));
            supervisor.Server.Leave();
            if (supervisor.Ended is { IsCompleted: false } end)
                _remains[supervisor.Server.Id] = end;
            _leaving.Remove(supervisor.Server.Id);
        }

        _tools.Logger.Removed(supervisor.Server.Id);
    }

    /// <summary>One step of a removal. One that breaks is to keep neither the others from being taken, nor the id from the next server that has it.</summary>
    private async Task LetGoAsync(ServerSupervisor supervisor, Func<Task?> step)
    {
        try
        {
            await (step() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _tools.Logger.RemovalFailed(supervisor.Server.Id, failure);
        }
    }

    private async Task<ServerStatus> SetDisabledAsync(string id, bool disabled, CancellationToken cancellationToken)
    {
        var supervisor = Find(id);
        var config = supervisor.Server.Wanted;
        return config.Disabled == disabled
            ? await SettledAsync(supervisor, 0, cancellationToken).ConfigureAwait(false)
            : await SwitchAsync(supervisor, config, disabled).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Enables or disables whatever definition a server has by then: nothing of it is lost that somebody else changes meanwhile.</summary>
    private async Task<ServerStatus> SwitchAsync(ServerSupervisor supervisor, ServerConfig before, bool disabled)
    {
        while (before.Disabled != disabled)
        {
            var config = before with { Disabled = disabled };
            var (version, outcome) = await supervisor.RedefineAsync(config, expected: before).ConfigureAwait(false);
            var heard = version ?? throw TooLate(before.Id);
            if (outcome is not null)
                return await FollowAsync(supervisor, config, heard, outcome).ConfigureAwait(false);
            before = supervisor.Server.Wanted;
        }

        return await SettledAsync(supervisor, 0, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Starts a server that was just added, unless all are to be started later and nobody asks for this one.</summary>
    private async Task<ServerStatus> StartAddedAsync(ServerSupervisor supervisor, bool isAsked) => !supervisor.Server.Config.Disabled && (isAsked || Volatile.Read(ref _isStarted))
        ? await StartOrRestartAsync(supervisor, static supervisor => supervisor.ServeAsync(), CancellationToken.None).ConfigureAwait(false)
        : supervisor.Server.Status;

    private async Task<ServerStatus> RedefineAsync(ServerSupervisor supervisor, ServerConfig config, ServerOrigin? origin)
    {
        var settling = await BeginRedefineAsync(supervisor, config, origin).ConfigureAwait(false);
        return await settling.ConfigureAwait(false);
    }

    /// <summary>Completes when the server has its new definition; the inner task, when it has come to something by it.</summary>
    private async Task<Task<ServerStatus>> BeginRedefineAsync(ServerSupervisor supervisor, ServerConfig config, ServerOrigin? origin)
    {
        var (version, outcome) = await supervisor.RedefineAsync(config, origin: origin).ConfigureAwait(false);
        return FollowAsync(supervisor, config, version ?? throw TooLate(config.Id), outcome ?? throw TooLate(config.Id));
    }

    private async Task<ServerStatus> FollowAsync(ServerSupervisor supervisor, ServerConfig config, long heard, Redefinition outcome)
    {
        long? version = heard;
        var (before, hasRun, needsRestart) = outcome;
        if (outcome.Succession is { } succession)
        {
            var end = await succession.ConfigureAwait(false);
            if (end.Failed is { } failed)
                throw new ServerUpdateException(failed, end.Status);
            if (end.Result == SuccessionResult.Done)
                return await RenewAsync(supervisor, config, end.Status).ConfigureAwait(false);
            version = end.Status.Version;
            needsRestart = ReferenceEquals(supervisor.Server.Config, config); // else it is another's to see to
        }

        if (needsRestart || config.Disabled)
            await (Releasing?.Invoke(supervisor.Server) ?? Task.CompletedTask).ConfigureAwait(false);
        if (before.Disabled && !config.Disabled && Volatile.Read(ref _isStarted))
            version = await supervisor.ServeAsync().ConfigureAwait(false);

        var status = await SettledAsync(supervisor, version ?? throw TooLate(config.Id), CancellationToken.None).ConfigureAwait(false);
        var isDown = status.State is ServerState.Restarting or ServerState.Crashed or ServerState.FailedToStart;
        return needsRestart && hasRun && isDown ? await PutBackAsync(supervisor, before, config, status).ConfigureAwait(false) : status;
    }

    /// <summary>What single clients have of a server follows the run that they share; once, by whoever's definition it is.</summary>
    private async Task<ServerStatus> RenewAsync(ServerSupervisor supervisor, ServerConfig config, ServerStatus status)
    {
        if (ReferenceEquals(supervisor.Server.Config, config))
            await (Renewing?.Invoke(supervisor.Server) ?? Task.CompletedTask).ConfigureAwait(false);
        return status;
    }

    /// <summary>Gives a server its old definition again, unless it was given yet another meanwhile.</summary>
    private async Task<ServerStatus> PutBackAsync(ServerSupervisor supervisor, ServerConfig before, ServerConfig failed, ServerStatus status)
    {
        var (version, outcome) = await supervisor.RedefineAsync(before, expected: failed).ConfigureAwait(false);
        if (outcome is null)
            return status;
        await (Releasing?.Invoke(supervisor.Server) ?? Task.CompletedTask).ConfigureAwait(false);
        var restored = await SettledAsync(supervisor, version ?? throw TooLate(failed.Id), CancellationToken.None).ConfigureAwait(false);
        _tools.Logger.DefinitionPutBack(status, restored);
        throw new ServerUpdateException(status, restored);
    }
}
