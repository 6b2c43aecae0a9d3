using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Server.Daemon;

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
    private readonly FileLoggerProvider _log;
    private readonly WebApplication _app;
    private readonly ILogger _logger;
    private readonly StopRequest _stopRequest;
    private int _stopped;

    private StewardHost(StewardHostOptions options, DaemonLock @lock, FileLoggerProvider log, WebApplication app)
    {
        (_options, _lock, _log, _app) = (options, @lock, log, app);
        _logger = app.Services.GetRequiredService<ILogger<StewardHost>>();
        _stopRequest = app.Services.GetRequiredService<StopRequest>();
    }

    /// <summary>The version of this program.</summary>
    public static string Version { get; } = typeof(StewardHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>() is { } version
        ? version.InformationalVersion.Split('+')[0]
        : "0";

    /// <summary>Where it listens, such as <c>http://127.0.0.1:7420</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Completes when somebody asked over the API that the host be stopped.</summary>
    public Task StopRequested => _stopRequest.Made;

    internal WebApplication App => _app;

    /// <summary>Locks the data directory, listens, and begins to start the servers.</summary>
    /// <exception cref="DaemonRunningException">Another host uses the data directory.</exception>
    /// <exception cref="ConfigException">Others could reach the address, and nobody would ask who they are.</exception>
    /// <exception cref="IOException">The address is in use, or the data directory cannot be written.</exception>
    public static async Task<StewardHost> StartAsync(StewardHostOptions options, CancellationToken cancellationToken)
    {
        // Once more, for programs that build their configuration themselves: the API can start programs.
        var gateway = options.Config.Gateway.ListeningOn(options.Config.Gateway.Listen, "gateway.listen");
        options.Data.Create();
        var @lock = DaemonLock.Take(options.Data);
        FileLoggerProvider? log = null;
        StewardHost? host = null;
        try
        {
            log = new FileLoggerProvider(options.Data.DaemonLogFile, options.Time);
            host = new StewardHost(options, @lock, log, HttpHost.Build(options, gateway, log));
            await host.ListenAsync(cancellationToken);
            return host;
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync();
            else if (log is not null)
                await log.DisposeAsync();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening and stops all servers, each gracefully within its bounds.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public async Task StopAsync(CancellationToken force)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;

        DaemonFacts.Remove(_options.Data); // first: whoever reads them from now on would find a closed door
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(force);
        grace.CancelAfter(RequestGrace);
        await _app.StopAsync(grace.Token);
        _logger.Stopped();
        await _app.DisposeAsync();
        await _log.DisposeAsync();
        _lock.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await _app.StartAsync(cancellationToken);
        Url = ReachableUrl(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());
        new DaemonFacts(Environment.ProcessId, Url, _options.Time.GetUtcNow(), Version).Write(_options.Data);
        _logger.Listening(Version, Url);
        foreach (var warning in _options.Config.Warnings)
            _logger.ConfigurationWarning(warning.ToString());
    }

    /// <summary>An address one can connect to: "every interface" is none.</summary>
    private static string ReachableUrl(string? bound) => (bound ?? "http://localhost")
        .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal)
        .TrimEnd('/');
}
