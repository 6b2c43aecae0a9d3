using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Supervision;

namespace Steward.Registry;

/// <summary>
/// All servers: those that the configuration file declares, and those that were added at run time, which are kept and start with
/// Steward. What is changed here is on disk when its task completes. All members may be called from any thread; of one server one
/// change is made after the other.
/// </summary>
internal sealed partial class ServerRegistry : IAsyncDisposable
{
    /// <summary>The source of servers that the configuration file declares.</summary>
    public const string Declared = "file";

    private readonly McpServerManager _manager;
    private readonly IRegistryStore _store;
    private readonly ConnectionTrial _trial;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HistoryRecorder _recorder;
    private readonly KeyedGate _turns = new();
    private readonly RegisteredSet _kept;

    internal ServerRegistry(McpServerManager manager, IRegistryStore store, RegisteredSet kept, IServerLauncher launcher, TimeProvider time, ILogger logger)
    {
        (_manager, _store, _kept, _time, _logger) = (manager, store, kept, time, logger);
        _trial = new ConnectionTrial(launcher, time);
        Catalogues = new KeptCatalogues(manager, store.Memory);
        Discoveries = new KeptDiscoveries(store.Memory);
        _recorder = new HistoryRecorder(manager, store.History, Catalogues, time, logger);
        manager.FindRegistered = id => kept.FindLasting(id)?.Config;
    }

    /// <summary>Registered servers that cannot be used, because their definitions cannot be opened. They can be removed.</summary>
    public IReadOnlyList<UnreadableServer> Unreadable => _kept.Unreadable;

    /// <summary>The configuration file, for messages about what it declares.</summary>
    internal string? DeclaredIn { get; init; }

    /// <summary>How many registered servers are known.</summary>
    internal int Kept => _kept.Servers.Count;

    /// <summary>Told of each definition that has become another: the server's id, the keys, and whether the file or the registry says so.</summary>
    internal Action<string, IReadOnlyList<string>, string> ConfigChanged { get; init; } = static (_, _, _) => { };

    internal KeptCatalogues Catalogues { get; }

    /// <summary>What sources of servers gave.</summary>
    internal IDiscoveryCache Discoveries { get; }

    /// <summary>All servers, or those that a filter chooses: the declared ones in the order of their file, then the others as they were added.</summary>
    public IReadOnlyList<ServerEntry> List(ServerFilter? filter = null)
    {
        var servers = _manager.Servers;
        return filter is null
            ? [.. servers.Select(EntryOf)]
            : [.. servers.Where(server => filter.MatchesDefinition(server.Config)).Select(EntryOf).Where(filter.MatchesRest)];
    }

    /// <summary>One server; <see langword="null"/> where there is none of that id.</summary>
    public ServerEntry? Find(string id) => _manager.FindServer(id) is { } server ? EntryOf(server) : null;

    /// <summary>Adds a server, keeps it, and starts it.</summary>
    /// <param name="server">Its definition, for which the rules of the configuration file hold.</param>
    /// <param name="options">Where it comes from, and whether it is tried and started.</param>
    /// <param name="cancellationToken">Ends the wait. From when the server is kept on, it stays.</param>
    /// <returns>What it has come to: also when it failed to start, which is no exception.</returns>
    /// <exception cref="ConfigException">The definition breaks a rule.</exception>
    /// <exception cref="ServerExistsException">There is a server of that id.</exception>
    /// <exception cref="ConnectionTestException">It was to be tried, and cannot be used.</exception>
    /// <exception cref="RegistryException">It cannot be kept now.</exception>
    public Task<ServerEntry> AddAsync(ServerConfig server, RegistrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var config = ServerJson.Checked(server);
        return InTurnAsync(config.Id, () => AddInTurnAsync(config, options ?? new RegistrationOptions(), cancellationToken), cancellationToken);
    }

    /// <summary>Gives a registered server another definition, and keeps it. It is restarted where what changed needs that.</summary>
    /// <param name="server">Its new definition, for which the rules of the configuration file hold.</param>
    /// <param name="cancellationToken">Ends the wait; the change goes on.</param>
    /// <exception cref="ConfigException">The definition breaks a rule.</exception>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="DeclaredServerException">The configuration file declares it.</exception>
    /// <exception cref="ServerUpdateException">It ran, and did not come up by the new definition: it has the old one again.</exception>
    /// <exception cref="RegistryException">It cannot be kept now: nothing has changed.</exception>
    public Task<ServerEntry> UpdateAsync(ServerConfig server, CancellationToken cancellationToken = default)
    {
        var config = ServerJson.Checked(server);
        return InTurnAsync(config.Id, () => UpdateInTurnAsync(config), cancellationToken);
    }

    /// <summary>Stops a registered server and forgets it. Its history stays readable.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the removal goes on.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="DeclaredServerException">The configuration file declares it, and perhaps hides one that was registered under its id.</exception>
    /// <exception cref="RegistryException">It cannot be forgotten now: nothing has changed.</exception>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default) =>
        InTurnAsync(id, () => RemoveInTurnAsync(id), cancellationToken);

    /// <summary>
    /// Forgets the registered server of an id, also where a declared one hides it: then nothing that runs is touched. Where none does, it
    /// is stopped like by <see cref="RemoveAsync"/>.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the removal goes on.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="RegistryException">It cannot be forgotten now: nothing has changed.</exception>
    public Task<bool> RemoveRegisteredAsync(string id, CancellationToken cancellationToken = default) =>
        InTurnAsync(id, () => RemoveHiddenInTurnAsync(id), cancellationToken);

    /// <summary>Lets a disabled server run, and keeps that; a declared one too, whatever its file says.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="RegistryException">It cannot be kept now: nothing has changed.</exception>
    public Task<ServerEntry> EnableAsync(string id, CancellationToken cancellationToken = default) =>
        InTurnAsync(id, () => SetEnabledInTurnAsync(id, true), cancellationToken);

    /// <summary>Stops a server and keeps it from starting until it is enabled; a declared one too, whatever its file says.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="RegistryException">It cannot be kept now: nothing has changed.</exception>
    public Task<ServerEntry> DisableAsync(string id, CancellationToken cancellationToken = default) =>
        InTurnAsync(id, () => SetEnabledInTurnAsync(id, false), cancellationToken);

    /// <summary>Completes what is being recorded, and closes the store. The manager has been shut down before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _late.ConfigureAwait(false);
        await _recorder.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    private ServerEntry EntryOf(ManagedServer server) => server.Origin == ServerOrigin.Registered && _kept.Find(server.Id) is { } registered
        ? new ServerEntry(server.Wanted, registered.Source, server.Status) { Created = registered.Created, Updated = registered.Updated }
        : new ServerEntry(server.Wanted, Declared, server.Status) { HidesRegistered = _kept.Holds(server.Id) };

    /// <summary>Makes a change when those of the same server that came before are done. It goes on when its caller gives up.</summary>
    private async Task<T> InTurnAsync<T>(string id, Func<Task<T>> act, CancellationToken cancellationToken)
    {
        var turn = await _turns.EnterAsync(id, cancellationToken).ConfigureAwait(false);
        var acting = ActAsync();
        try
        {
            return await acting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !acting.IsCompleted)
        {
            _ = acting.ContinueWith(failed => _logger.ChangeFailed(id, failed.Exception!.InnerException!.Message),
                CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        async Task<T> ActAsync()
        {
            using (turn)
                return await act().ConfigureAwait(false);
        }
    }
}
