using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Events;
using Steward.Gateway;
using Steward.Hosting;
using Steward.Registry;
using Steward.Server.Daemon;
using Steward.Server.Mcp;
using Steward.Server.Reload;
using Steward.Telemetry;
using Steward.Upstreams;
using Steward.Upstreams.Auth;

namespace Steward.Server;

/// <summary>Everything that runs in the daemon beside its web server, put together and taken apart in the right order.</summary>
internal sealed class StewardRuntime : IAsyncDisposable
{
    private readonly ManagerHost _host;
    private readonly IDisposable _observation;
    private readonly DiscoveryConfig _discoveryConfig;
    private AutoDiscovery? _autoDiscovery;
    private Task? _stopping;

    public StewardRuntime(StewardHostOptions options, RegistryHome registry, ILoggerFactory loggers)
    {
        var (config, data, time) = (registry.Kept.Over(options.Config), options.Data, options.Time);
        var variables = new VariableResolver();
        _host = new ManagerHost(new ManagerHostOptions(config.Gateway.Limits, time, loggers)
        {
            Variables = variables,
            ProcessesDirectory = data.ProcessesDirectory,
            LogsDirectory = data.LogsDirectory,
            TokensDirectory = data.TokensDirectory,
            Eras = new EraMemory(registry.Eras),
            Tools = new ToolMemory(registry.Catalogues),
            Recall = registry.Catalogues.Find,
            Browser = options.Browser,
            Launcher = options.Launcher,
        });
        var configEvents = new ConfigEvents(Events);
        Manager = new McpServerManager(config, _host.Launcher, time, loggers);
        _host.Attach(Manager, config);
        Registry = new ServerRegistry(Manager, registry.Store, registry.Kept, options.Launcher ?? new UpstreamLauncher(_host.Upstreams, new TrialTraffic()), time, loggers.CreateLogger("Steward.Registry"))
        {
            DeclaredIn = options.ConfigFile,
            ConfigChanged = configEvents.ServerChanged,
        };
        Registry.Start(registry.IsOpen, options.Config.Servers);
        var source = options.ConfigFile is { } file ? new ConfigSource(Path.GetFullPath(file)) { Follow = options.FollowsConfigFile, Override = options.OverrideConfig } : null;
        Reload = new ConfigReload(Manager, Registry, source, config, time, loggers.CreateLogger<ConfigReload>())
        {
            Applied = configEvents.Applied,
            ApplyLive = _host.ApplyLive,
            Rejected = configEvents.Rejected,
        };
        _discoveryConfig = config.Discovery;
        Machine = options.Machine ?? DiscoveryContext.OfThisMachine() with { Time = time };
        Discovery = new ServerDiscovery(DiscoverySources.Create(config.Discovery, config.Gateway.Listen), Registry.Discoveries, DiscoveryOptions.Of(config.Discovery), loggers);
        Tokens = new ClientTokens(config.Gateway.ResolveBearerTokens(variables));
        Front = new McpFront(Gateway, config.Gateway.Limits, Tokens);
        _observation = ServerMetrics.Observe(Manager);
    }

    public ServerLogs Logs => _host.Logs;

    /// <summary>Tells whoever wants to know what happens.</summary>
    public EventBus Events => _host.Events;

    public McpServerManager Manager { get; }

    public McpGateway Gateway => _host.Gateway;

    public ServerRegistry Registry { get; }

    /// <summary>Finds servers that could be added.</summary>
    public ServerDiscovery Discovery { get; }

    /// <summary>Where it looks.</summary>
    public DiscoveryContext Machine { get; }

    /// <summary>The tokens that remote servers want.</summary>
    public RemoteAuthorization Authorization => _host.Authorization;

    /// <summary>Where people log in to remote servers.</summary>
    public LoginDesk Logins => _host.Logins;

    /// <summary>Follows the configuration file.</summary>
    public ConfigReload Reload { get; }

    /// <summary>What clients of the gateway may present.</summary>
    public ClientTokens Tokens { get; }

    /// <summary>The Streamable HTTP front, to be put before routing.</summary>
    public McpFront Front { get; }

    /// <summary>Ends what an earlier daemon left behind, then begins to start the servers.</summary>
    public async Task StartAsync()
    {
        await _host.ReapAsync();
        Manager.StartAll();
        Reload.Start();
        if (_discoveryConfig.Auto)
            _autoDiscovery = new AutoDiscovery(Discovery, Machine, _discoveryConfig.Interval, Events, _host.Loggers);
    }

    /// <summary>Ends the sessions, then the servers. Bounded by the servers' grace; a further call joins the first.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public Task StopAsync(CancellationToken force) => _stopping ??= StopOnceAsync(force);

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task StopOnceAsync(CancellationToken force)
    {
        _observation.Dispose();
        await Reload.DisposeAsync();
        await (_autoDiscovery?.DisposeAsync() ?? default);
        await _host.StopGatewayAsync(force);
        await Manager.ShutdownAsync(force);
        await Registry.DisposeAsync(); // it has seen to its end what it keeps the history of
        await _host.DisposeAsync();
    }
}
