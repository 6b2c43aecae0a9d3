using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Registry;
using Steward.Server.Daemon;

namespace Steward.Server;

/// <summary>
/// The servers of a configuration and of the registry for the one client of this process: all that runs in a daemon but the web server.
/// Several may run beside each other and beside a daemon, each in a folder of its own below the data directory. What becomes of their
/// servers is in no history.
/// </summary>
internal sealed class SoloHost : IAsyncDisposable
{
    private const int MaxFolders = 256;

    private readonly DaemonLock _lock;
    private readonly DaemonLog _log;
    private readonly StewardRuntime _runtime;
    private readonly Task _starting;
    private Task? _stopping;

    private SoloHost(StewardHostOptions options, RegistryContent registered, DaemonLock @lock)
    {
        _lock = @lock;
        _log = new DaemonLog(options.Data, options.Time);
        _runtime = new StewardRuntime(options, RegistryHome.InMemory(registered, options.Time), _log.Loggers);
        _starting = Task.Run(_runtime.StartAsync); // the client is answered meanwhile
    }

    /// <summary>Begins to start the servers.</summary>
    /// <param name="config">The servers.</param>
    /// <param name="registered">Servers of the registry, and what it says of those of the configuration.</param>
    /// <param name="data">The data directory, in which a folder is taken that nobody else uses now.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">The data directory cannot be written.</exception>
    /// <exception cref="VariableException">A reference cannot be resolved.</exception>
    public static SoloHost Start(StewardConfig config, RegistryContent registered, DataDirectory data, TimeProvider time)
    {
        data.Create();
        for (var i = 0; i < MaxFolders; i++)
        {
            var folder = new DataDirectory(Path.Combine(data.Path, "stdio", $"{i}"));
            folder.Create();
            if (TryLock(folder) is not { } @lock)
                continue;
            try
            {
                return new SoloHost(new StewardHostOptions { Config = WithoutSearch(config), Data = folder, Time = time }, registered, @lock);
            }
            catch
            {
                @lock.Dispose();
                throw;
            }
        }

        throw new IOException($"{MaxFolders} clients are served without a daemon already; 'steward up' starts one that all of them can share.");
    }

    /// <summary>A channel for the client.</summary>
    /// <param name="target">What it is to reach. A single server is to have begun to start by then: else it would seem to be stopped.</param>
    /// <returns><see langword="null"/> where there is no such thing.</returns>
    public async Task<ClientChannel?> ConnectAsync(GatewayTarget target)
    {
        if (target.Kind == GatewayTargetKind.Server)
            await _starting;
        return _runtime.Gateway.Find(target) is { } endpoint
            ? new ClientChannel(_runtime.Gateway, endpoint, principal: null, _log.Loggers.CreateLogger("Steward.Server.Channels"))
            : null;
    }

    /// <summary>Stops all servers, each gracefully within its bounds. A further call joins the first.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public Task StopAsync(CancellationToken force) => _stopping ??= StopOnceAsync(force);

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task StopOnceAsync(CancellationToken force)
    {
        await _starting;
        await _runtime.StopAsync(force);
        await _log.DisposeAsync();
        _lock.Dispose();
    }

    /// <summary>Of what is found by itself, nobody would hear here; with a client there may be many of us.</summary>
    private static StewardConfig WithoutSearch(StewardConfig config) => config with { Discovery = config.Discovery with { Auto = false } };

    private static DaemonLock? TryLock(DataDirectory folder)
    {
        try
        {
            return DaemonLock.Take(folder);
        }
        catch (DaemonRunningException)
        {
            return null;
        }
    }
}
