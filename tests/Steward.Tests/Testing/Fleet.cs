using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Testing;

/// <summary>A manager over fake servers on a fake clock, and the waits that tests of it need. All waits read the public feed.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const string Only = "files";

    public Fleet(params ServerConfig[] servers)
        : this(64, servers)
    {
    }

    public Fleet(int startConcurrency, params ServerConfig[] servers)
    {
        var config = new StewardConfig { Servers = servers.Length > 0 ? servers : [Server()], StartConcurrency = startConcurrency };
        Launcher.Time = Time;
        Manager = new McpServerManager(config, Launcher, Time, NullLoggerFactory.Instance, new FixedRandom());
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeLauncher Launcher { get; } = new();

    public McpServerManager Manager { get; }

    public ManagedServer First => Manager.Servers[0];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A server whose waits are round numbers: 1 s, 2 s, 4 s … 30 s, without probes unless asked for.</summary>
    public static ServerConfig Server(string id = Only, RestartPolicy? restart = null, HealthPolicy? health = null) => new()
    {
        Id = id,
        Command = "fake",
        RestartPolicy = restart ?? new RestartPolicy(),
        Health = health ?? new HealthPolicy { Interval = Timeout.InfiniteTimeSpan },
    };

    /// <summary>A task that never ends.</summary>
    public static Task Never { get; } = new TaskCompletionSource().Task;

    /// <summary>Waits for something that no status tells of.</summary>
    public static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled); // whoever is waited for needs the processor
        }
    }

    /// <summary>Waits until the server is in the state.</summary>
    public Task<ServerStatus> Reaches(ServerState state, string id = Only) => Sees(status => status.State == state, id);

    /// <summary>Waits until the server has a status that meets the condition.</summary>
    public Task<ServerStatus> Sees(Func<ServerStatus, bool> condition, string id = Only) => Manager.WaitForStatusAsync(id, condition, Cancelled);

    public async Task<FakeLaunch> NextLaunch() => await Launcher.NextAsync(Cancelled);

    /// <summary>Starts the only server and brings it to run.</summary>
    public async Task<FakeRun> Run(Action<FakeRun>? arrange = null)
    {
        Manager.StartAll();
        return await Ready(arrange);
    }

    /// <summary>Lets the launch under way, or the next one, succeed.</summary>
    public async Task<FakeRun> Ready(Action<FakeRun>? arrange = null)
    {
        var launch = await NextLaunch();
        var run = launch.Succeed(arrange ?? (_ => { }));
        await Sees(_ => Manager.Servers.Any(server => ReferenceEquals(server.Current, run)), launch.Config.Id);
        await Reaches(ServerState.Running, launch.Config.Id);
        return run;
    }

    /// <summary>Waits out the back-off of the only server.</summary>
    public async Task WaitOutRetry()
    {
        var status = await Reaches(ServerState.Restarting);
        Time.Advance(status.NextRetryAt!.Value - Time.GetUtcNow());
    }

    public ValueTask DisposeAsync() => Manager.DisposeAsync();
}
