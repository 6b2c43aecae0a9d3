using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Processes;
using Steward.Server.Channels;
using Steward.Server.Mcp;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>A gateway with scripted servers behind it and a real web server before it, on a clock that stands still.</summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    // A clock that jumps leaves no time for answers.
    private static readonly HealthPolicy Unprobed = new() { Interval = Timeout.InfiniteTimeSpan };

    private readonly ProcessSpawner _spawner = new(NullLogger.Instance, null);
    private readonly ServerLogs _logs;
    private readonly ConcurrentDictionary<string, Channel<ScriptedServer>> _launched = new();
    private readonly ConcurrentBag<ScriptedServer> _servers = [];
    private WebApplication? _app;

    /// <summary>Tells servers what to be before their first word.</summary>
    public Action<ScriptedServer>? Script { get; set; }

    private GatewayRig(StewardConfig config, Action<ScriptedServer>? script)
    {
        Script = script;
        _logs = new ServerLogs(new ServerLogOptions(), Time, NullLogger<ServerLogs>.Instance);
        Host = new UpstreamHost(_spawner, _logs, new VariableResolver(), Time, NullLoggerFactory.Instance) { ConnectAsync = LaunchAsync };
        var parts = new GatewayParts(config.Gateway.Limits, Time, NullLoggerFactory.Instance);
        Manager = new McpServerManager(config, parts.CreateLauncher(Host), Time, NullLoggerFactory.Instance, new Random(1));
        Gateway = new McpGateway(Manager, config, parts, Host);
        Front = new McpFront(Gateway, config.Gateway.Limits, new ClientTokens(config.Gateway.BearerTokens));
    }

    public FakeTimeProvider Time { get; } = new();

    public UpstreamHost Host { get; }

    public McpServerManager Manager { get; }

    public McpGateway Gateway { get; }

    public McpFront Front { get; }

    public Uri Url { get; private set; } = null!;

    public static ServerConfig Server(string id, ServerIsolation isolation = ServerIsolation.Auto) =>
        new() { Id = id, Transport = ServerTransport.Http, Url = "http://127.0.0.1:9/mcp", Isolation = isolation, RequestTimeout = Timeout.InfiniteTimeSpan, QueueTimeout = TimeSpan.Zero, Health = Unprobed };

    public static Task<GatewayRig> StartAsync(params string[] servers) => StartAsync(new StewardConfig { Servers = [.. servers.Select(id => Server(id))] });

    /// <summary>A rig whose servers are told what to be before their first word.</summary>
    public static Task<GatewayRig> StartAsync(Action<ScriptedServer> script, params string[] servers) =>
        StartAsync(new StewardConfig { Servers = [.. servers.Select(id => Server(id))] }, script);

    public static async Task<GatewayRig> StartAsync(StewardConfig config, Action<ScriptedServer>? script = null, bool waits = true)
    {
        var rig = new GatewayRig(config, script);
        rig.Manager.StartAll();
        foreach (var server in waits ? config.Servers : [])
            await rig.Manager.WaitForStatusAsync(server.Id, status => status.State == ServerState.Running, TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = config.Gateway.Limits.BodyMb * 1024L * 1024;
        });
        rig._app = builder.Build();
        rig._app.Use(rig.Front.InvokeAsync);
        new ChannelFront(rig.Gateway, config.Gateway.Limits, new ClientGate(new ClientTokens(config.Gateway.BearerTokens), owner: null), rig.Time, NullLoggerFactory.Instance).Use(rig._app);
        rig._app.Run(static context =>
        {
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        });
        await rig._app.StartAsync(TestContext.Current.CancellationToken);
        rig.Url = new Uri(rig._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return rig;
    }

    /// <summary>The next process of a server, in the order in which they were started.</summary>
    public ValueTask<ScriptedServer> LaunchedAsync(string id) => Queue(id).Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool HasLaunched(string id) => Queue(id).Reader.TryPeek(out _);

    /// <summary>A client with a session.</summary>
    public async Task<RigClient> OpenAsync(string path = "/mcp", string revision = "2025-11-25", string capabilities = "{}", string? token = null)
    {
        var client = new RigClient(new Uri(Url, path), token);
        await client.InitializeAsync(revision, capabilities);
        await client.CallAsync("tools/list");
        return client;
    }

    /// <summary>A client of the modern era, which needs no session.</summary>
    public ModernRigClient Modern(string path = "/mcp", string capabilities = "{}", string? token = null) => new(new Uri(Url, path), capabilities, token);

    public async ValueTask DisposeAsync()
    {
        await Gateway.StopAsync(CancellationToken.None);
        await Manager.ShutdownAsync(CancellationToken.None);
        if (_app is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }

        foreach (var server in _servers)
            await server.DisposeAsync();
        await _logs.DisposeAsync();
        _spawner.Dispose();
    }

    private Task<ILink> LaunchAsync(ResolvedServer resolved, UpstreamHost host, CancellationToken cancellationToken)
    {
        var server = new ScriptedServer(resolved.Id);
        Script?.Invoke(server);
        _servers.Add(server);
        Queue(resolved.Id).Writer.TryWrite(server);
        return Task.FromResult(server.Link);
    }

    private Channel<ScriptedServer> Queue(string id) => _launched.GetOrAdd(id, _ => Channel.CreateUnbounded<ScriptedServer>());
}
