using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Registry;
using Steward.Server.Api;
using Steward.Server.Daemon;
using Steward.Server.SseProxy;
using Steward.Upstreams.Auth;

namespace Steward.Server;

/// <summary>
/// A running Steward: the servers of a configuration, and the endpoint through which clients and the REST API reach them.
/// It listens before its servers are ready, so that a slow one keeps nobody from asking.
/// </summary>
public sealed class StewardHost : IAsyncDisposable
{
    // What requests in flight get when the host stops; a client that does not read must not hold it up.
    private static readonly TimeSpan RequestGrace = TimeSpan.FromSeconds(3);

    private readonly StewardHostOptions _options;
    private readonly DaemonLock _lock;
    private readonly DaemonLog _log;
    private readonly HostState _state;
    private readonly StewardRuntime _runtime;
    private readonly WebApplication _app;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _force = new();
    private Task _starting = Task.CompletedTask;
    private Task? _stopping;
    private SseProxyHost? _proxy;

    private StewardHost(StewardHostOptions options, RegistryHome registry, DaemonLock @lock, DaemonLog log)
    {
        (_options, _lock, _log) = (options, @lock, log);
        _logger = log.Loggers.CreateLogger<StewardHost>();
        _state = new HostState(options.Time);
        _runtime = new StewardRuntime(options, registry, log.Loggers);
        _app = HttpHost.Build(options, _runtime, _state, log.Loggers);
    }

    /// <summary>The version of this program.</summary>
    public static string Version { get; } = typeof(StewardHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>() is { } version
        ? version.InformationalVersion.Split('+')[0]
        : "0";

    /// <summary>Where it listens, such as <c>http://127.0.0.1:7420</c>.</summary>
    public string Url => _state.Url;

    /// <summary>The servers.</summary>
    public McpServerManager Manager => _runtime.Manager;

    /// <summary>The servers with their definitions and history.</summary>
    internal ServerRegistry Registry => _runtime.Registry;

    /// <summary>Completes when somebody asked over the API that the host be stopped.</summary>
    public Task StopRequested => _state.StopRequested;

    /// <summary>The endpoint that clients connect to, as it was configured.</summary>
    public GatewayConfig Gateway => _options.Config.Gateway;

    /// <summary>Called with words for people when the configuration file was taken over, or could not be.</summary>
    public Action<string>? ConfigurationTold
    {
        get => _runtime.Reload.Told;
        set => _runtime.Reload.Told = value;
    }

    internal WebApplication App => _app;

    internal string? SseProxyUrl => _proxy?.Url;

    /// <summary>The tools of all servers that run.</summary>
    internal Task<IReadOnlyList<ToolEntry>> ListToolsAsync() => ToolEndpoints.EntriesAsync(Manager.Servers, _runtime.Gateway, CancellationToken.None);

    internal GatewayFacts Facts => GatewayFacts.Of(_state, _runtime.Gateway);

    /// <summary>Locks the data directory, listens, and begins to start the servers.</summary>
    /// <exception cref="DaemonRunningException">Another host uses the data directory.</exception>
    /// <exception cref="ConfigException">Others could reach the address, and nobody would ask who they are.</exception>
    /// <exception cref="NewerRegistryException">The registry in the data directory was written by a newer Steward.</exception>
    /// <exception cref="IOException">The address is in use, or the data directory cannot be written.</exception>
    public static async Task<StewardHost> StartAsync(StewardHostOptions options, CancellationToken cancellationToken)
    {
        // Once more, for programs that build their configuration themselves: the API can start programs.
        _ = options.Config.Gateway.ListeningOn(options.Config.Gateway.Listen, "gateway.listen");
        if (options.Config.SseProxy?.ExposureProblem is { } exposed)
            throw new ConfigException([new("sseProxy", 1, 1, "sseProxy.address", exposed.Message, exposed.Mend)]);
        options.Data.Create();
        var @lock = await DaemonLock.TakeAsync(options.Data, options.Time, cancellationToken);
        var log = new DaemonLog(options.Data, options.Time);
        StewardHost? host = null;
        RegistryHome? registry = null;
        try
        {
            registry = await RegistryHome.OpenAsync(options.Data, options.Config.History, options.Time, log.Loggers.CreateLogger("Steward.Registry"), cancellationToken);
            await registry.Catalogues.ReadAsync(registry.Kept.Over(options.Config).Servers.Where(server => server.Start == ServerStart.Lazy), cancellationToken);
            using (InlineCompletions.Enable()) // around the first use of a pipe or socket
            {
                host = new StewardHost(options, registry, @lock, log);
                await host.ListenAsync(cancellationToken);
            }

            host._starting = host._runtime.StartAsync();
            return host;
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync();
            else if (registry is not null)
                await registry.Store.DisposeAsync();
            await log.DisposeAsync();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Reads the configuration file again, whether it has changed or not; see <see cref="ConfigurationTold"/> for what comes of it.</summary>
    public Task ReloadAsync() => _runtime.Reload.ReloadAsync();

    /// <summary>Stops listening and stops all servers, each gracefully within its bounds. A further call joins the first, and may still force it.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public Task StopAsync(CancellationToken force)
    {
        _ = force.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _force);
        return _stopping ??= StopOnceAsync(_force.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task StopOnceAsync(CancellationToken force)
    {
        DaemonFacts.Remove(_options.Data); // first: whoever reads them from now on would find a closed door
        await _starting;
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(force);
        grace.CancelAfter(RequestGrace);
        var closing = Task.WhenAll(_app.StopAsync(grace.Token), _proxy?.StopAsync(grace.Token) ?? Task.CompletedTask);
        await _runtime.StopAsync(force);
        await closing;
        await _app.DisposeAsync();
        await (_proxy?.DisposeAsync() ?? default);
        _logger.Stopped();
        await _log.DisposeAsync();
        _lock.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await _app.StartAsync(cancellationToken);
        if (_options.Config.SseProxy is { } proxy)
            _proxy = await SseProxyHost.StartAsync(proxy, Gateway, _runtime, _log.Loggers, cancellationToken);
        _state.Url = ReachableUrl(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());
        _runtime.Authorization.Host.RedirectUri = new Uri(Url + AuthorizationHost.RedirectPath);
        new DaemonFacts(Environment.ProcessId, Url, _state.StartedAt, Version).Write(_options.Data);
        _logger.Listening(Version, Url);
        if (_proxy is not null)
            _logger.ProxyListening(_proxy.Url);
        foreach (var warning in _options.Config.Warnings)
            _logger.ConfigurationWarning(warning.ToString());
    }

    /// <summary>An address one can connect to: "every interface" is none.</summary>
    private static string ReachableUrl(string? bound) => (bound ?? "http://localhost")
        .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal)
        .TrimEnd('/');
}
