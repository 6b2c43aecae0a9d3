using System.Net.Http.Headers;
using Microsoft.AspNetCore.TestHost;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Server;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Tests.Configuration;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server;

/// <summary>A host without a network: over fake servers that start at once, or over the test server's real processes.</summary>
internal sealed class HostRig : IAsyncDisposable
{
    private readonly TemporaryData _temporary = new();

    public FakeLauncher Launcher { get; } = new();

    public DataDirectory Data => _temporary.Data;

    /// <summary>The configuration file, where the host was started with one.</summary>
    public string ConfigFile => Path.Combine(Data.Path, "..", "steward.json");

    public StewardHost Host { get; private set; } = null!;

    /// <summary>Presents the token.</summary>
    public HttpClient Client { get; private set; } = null!;

    public static ServerConfig[] TwoServers => [Fleet.Server("files"), Fleet.Server("memory")];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static Task<HostRig> StartAsync(params ServerConfig[] servers) => StartAsync(launch => launch.Succeed(), servers);

    /// <summary>A host over one real process: the test server in a mode of its.</summary>
    public static async Task<HostRig> StartRealAsync(string mode)
    {
        var program = Repository.PathOf("artifacts", "bin", "Steward.TestServer", new DirectoryInfo(AppContext.BaseDirectory).Name, "Steward.TestServer");
        var rig = await StartAsync(onLaunch: null, new ServerConfig { Id = "files", Command = program, Args = ["--mode", mode] });
        await rig.Host.Manager.WaitForStatusAsync("files", status => status.State == ServerState.Running, Cancelled);
        return rig;
    }

    /// <summary>A host that looks for servers on a made-up machine.</summary>
    public static Task<HostRig> StartDiscoveringAsync(DiscoveryContext machine, DiscoveryConfig discovery) =>
        StartAsync(launch => launch.Succeed(), new StewardConfig { Servers = [], Discovery = discovery }, machine);

    /// <param name="onLaunch">What becomes of a launch; null launches real processes.</param>
    /// <param name="servers">The servers.</param>
    public static Task<HostRig> StartAsync(Action<FakeLaunch>? onLaunch, params ServerConfig[] servers) =>
        StartAsync(onLaunch, new StewardConfig { Servers = servers }, machine: null);

    private static async Task<HostRig> StartAsync(Action<FakeLaunch>? onLaunch, StewardConfig config, DiscoveryContext? machine)
    {
        var rig = new HostRig();
        rig.Launcher.OnLaunch = onLaunch ?? rig.Launcher.OnLaunch;
        rig.Host = await StewardHost.StartAsync(
            new StewardHostOptions
            {
                Config = config,
                Machine = machine,
                Data = rig.Data,
                Launcher = onLaunch is null ? null : rig.Launcher,
                Customize = builder => builder.WebHost.UseTestServer(),
            },
            Cancelled);
        rig.Client = rig.CreateClient();
        rig.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiToken.Read(rig.Data));
        return rig;
    }

    /// <summary>A host over fake servers that follows its configuration file.</summary>
    public static async Task<HostRig> StartAsync(string text)
    {
        var rig = new HostRig();
        rig.Launcher.OnLaunch = launch => launch.Succeed();
        await File.WriteAllTextAsync(rig.ConfigFile, text, Cancelled);
        rig.Host = await StewardHost.StartAsync(
            new StewardHostOptions
            {
                Config = Steward.Configuration.ConfigFile.Load(rig.ConfigFile),
                ConfigFile = rig.ConfigFile,
                Data = rig.Data,
                Launcher = rig.Launcher,
                Customize = builder => builder.WebHost.UseTestServer(),
            },
            Cancelled);
        rig.Client = rig.CreateClient();
        rig.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiToken.Read(rig.Data));
        return rig;
    }

    /// <summary>Presents nothing.</summary>
    public HttpClient CreateClient() => new(CreateHandler()) { BaseAddress = new Uri("http://localhost") };

    public HttpMessageHandler CreateHandler() => Host.App.GetTestServer().CreateHandler();

    public Task SettleAsync() => Task.WhenAll(Host.Manager.Servers
        .Where(server => !server.Config.Disabled)
        .Select(server => Host.Manager.WaitForStatusAsync(server.Config.Id, status => status.State == ServerState.Running, Cancelled)));

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await Host.DisposeAsync();
        _temporary.Dispose();
    }
}
