using Microsoft.Extensions.Logging;
using Steward.Alerts;
using Steward.Configuration;
using Steward.Events;
using Steward.Gateway;
using Steward.Processes;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Upstreams.Auth;

namespace Steward.Hosting;

/// <summary>
/// Everything that a manager's servers run on, and the gateway before them: put together here for the daemon and for programs that
/// embed a manager alike, and taken apart in the right order by <see cref="StopGatewayAsync"/>, the manager's own shutdown, and
/// <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class ManagerHost : IAsyncDisposable
{
    private readonly ManagerHostOptions _options;
    private readonly ProcessLedger? _ledger;
    private readonly ProcessSpawner _spawner;
    private readonly GatewayParts _parts;
    private ManagerEvents? _managerEvents;
    private McpGateway? _gateway;
    private AlertService? _alerts;

    public ManagerHost(ManagerHostOptions options)
    {
        var (loggers, time) = (options.Loggers, options.Time);
        var processes = loggers.CreateLogger("Steward.Processes");
        _options = options;
        _ledger = options.ProcessesDirectory is { } noted ? new ProcessLedger(noted, processes) : null;
        Resources = new ResourceMonitor(time);
        _spawner = new ProcessSpawner(processes, _ledger) { Monitor = Resources };
        Logs = new ServerLogs(new ServerLogOptions { Directory = options.LogsDirectory }, time, loggers.CreateLogger<ServerLogs>());
        var tokens = options.TokensDirectory is { } kept ? new TokenStore(kept, loggers.CreateLogger("Steward.Upstreams.Auth")) : null;
        Authorization = new RemoteAuthorization(new AuthorizationHost(tokens, time, loggers) { Browser = options.Browser, IsEmbedded = options.IsEmbedded });
        Logins = new LoginDesk(Authorization, options.Variables);
        Events = new EventBus(time: time, loggers: loggers);
        Upstreams = new UpstreamHost(_spawner, Logs, options.Variables, time, loggers)
        {
            ConnectAsync = options.ConnectAsync,
            InMemory = options.InMemory,
            Authorization = Authorization,
            Eras = options.Eras,
            Tools = options.Tools,
            Introduction = options.Introduction,
            Notifications = new NotificationEvents(Events, time),
        };
        _parts = new GatewayParts(options.Limits, time, loggers) { Recall = options.Recall };
        Launcher = options.Launcher ?? _parts.CreateLauncher(Upstreams);
    }

    public TimeProvider Time => _options.Time;

    public ILoggerFactory Loggers => _options.Loggers;

    public ServerLogs Logs { get; }

    /// <summary>Tells whoever wants to know what happens.</summary>
    public EventBus Events { get; }

    /// <summary>Measures what servers take of the machine.</summary>
    public ResourceMonitor Resources { get; }

    /// <summary>The tokens that remote servers want.</summary>
    public RemoteAuthorization Authorization { get; }

    /// <summary>Where people log in to remote servers.</summary>
    public LoginDesk Logins { get; }

    public UpstreamHost Upstreams { get; }

    /// <summary>Starts the servers of the manager.</summary>
    public IServerLauncher Launcher { get; }

    /// <summary>Serves the manager's servers to clients. There once a manager was attached.</summary>
    public McpGateway Gateway => _gateway ?? throw new InvalidOperationException("No manager has been attached.");

    /// <summary>Puts the gateway before a manager, and tells the bus of its servers. Called once.</summary>
    public void Attach(McpServerManager manager, StewardConfig config)
    {
        _managerEvents = new ManagerEvents(manager, Events, Loggers);
        _gateway = new McpGateway(manager, config, _parts, Upstreams);
        _alerts = new AlertService(manager, Upstreams);
        manager.Forgetting = ForgetAsync;
        manager.Resources = Resources;
        ApplyLive(config);
    }

    /// <summary>Takes over what of a configuration has its effect at once, beside the servers.</summary>
    public void ApplyLive(StewardConfig config) => _alerts?.Apply(config.Alerts);

    private Task ForgetAsync(string serverId)
    {
        Upstreams.Calls.Forget(serverId);
        Upstreams.Tools.Forget(serverId);
        return Logs.ForgetAsync(serverId);
    }

    /// <summary>Ends what an earlier process left behind.</summary>
    public async Task ReapAsync()
    {
        var commands = new StopCommandRunner(_spawner, _options.Variables, Time, Loggers.CreateLogger("Steward.Processes"));
        await (_ledger?.ReapAsync(_spawner.Sweeper, (note, command) =>
            commands.RunAsync(command, note.ServerId, note.Run, note.Process.Id, Logs[note.ServerId], CancellationToken.None)) ?? Task.CompletedTask).ConfigureAwait(false);
        await _spawner.SweepGroupsAsync().ConfigureAwait(false); // last: who has a name or a marker was told of by then
    }

    /// <summary>Ends all sessions, and logins that nobody has finished: before the servers, whose calls then drain. A further call joins the first.</summary>
    public async Task StopGatewayAsync(CancellationToken force)
    {
        await (_gateway?.StopAsync(force) ?? Task.CompletedTask).ConfigureAwait(false);
        await Logins.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>To be called when the manager has been shut down.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_managerEvents is { } managerEvents)
            await managerEvents.FinishAsync().ConfigureAwait(false);
        if (_alerts is { } alerts)
            await alerts.DisposeAsync().ConfigureAwait(false); // while its command can still be started
        await Events.DisposeAsync().ConfigureAwait(false);
        await Authorization.DisposeAsync().ConfigureAwait(false);
        await Logs.DisposeAsync().ConfigureAwait(false);
        _spawner.Dispose();
        Resources.Dispose();
        _options.Directory?.Dispose();
    }
}
