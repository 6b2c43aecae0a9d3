using System.Collections.Concurrent;
using System.Threading.Channels;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Steward.Tests.Testing;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Clients;

/// <summary>A manager as a program embeds it, with scripted servers behind it, on a clock that stands still.</summary>
internal sealed class LibraryRig : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Channel<ScriptedServer>> _launched = new();
    private readonly ConcurrentBag<ScriptedServer> _servers = [];
    private readonly Action<ScriptedServer>? _script;

    private LibraryRig(ServerConfig[] servers, McpServerManagerOptions options, Action<ScriptedServer>? script)
    {
        _script = script;
        options.TimeProvider = Time;
        options.Adjust = host => host with { ConnectAsync = LaunchAsync };
        Manager = new McpServerManager(servers, options);
    }

    public FakeTimeProvider Time { get; } = new();

    public McpServerManager Manager { get; }

    /// <summary>A manager whose servers run.</summary>
    public static Task<LibraryRig> StartAsync(params string[] servers) => StartAsync(script: null, new McpServerManagerOptions(), servers);

    /// <summary>A manager whose servers run; they are told what to be before their first word.</summary>
    public static Task<LibraryRig> StartAsync(Action<ScriptedServer>? script, McpServerManagerOptions options, params string[] servers) =>
        StartAsync(script, options, [.. servers.Select(id => GatewayRig.Server(id))]);

    /// <summary>The same for servers of any definition.</summary>
    public static async Task<LibraryRig> StartAsync(Action<ScriptedServer>? script, McpServerManagerOptions options, params ServerConfig[] servers)
    {
        var rig = new LibraryRig(servers, options, script);
        rig.Manager.StartAll();
        foreach (var server in servers)
            await rig.RunsAsync(server.Id);
        return rig;
    }

    /// <summary>The next process of a server, in the order in which they were started.</summary>
    public ValueTask<ScriptedServer> LaunchedAsync(string id) => Queue(id).Reader.ReadAsync(TestContext.Current.CancellationToken);

    public Task<ServerStatus> RunsAsync(string id) =>
        Manager.WaitForStatusAsync(id, status => status.State == ServerState.Running, TestContext.Current.CancellationToken);

    /// <summary>Waits until a server that has crashed is seen to have, and has it started at once.</summary>
    public async Task RunsAgainAsync(string id)
    {
        await Manager.WaitForStatusAsync(id, status => status.State == ServerState.Restarting, TestContext.Current.CancellationToken);
        await Manager.StartServerAsync(id, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    private Task<ILink> LaunchAsync(ResolvedServer resolved, UpstreamHost host, CancellationToken cancellationToken)
    {
        var server = new ScriptedServer(resolved.Id);
        _script?.Invoke(server);
        _servers.Add(server);
        Queue(resolved.Id).Writer.TryWrite(server);
        return Task.FromResult(server.Link);
    }

    private Channel<ScriptedServer> Queue(string id) => _launched.GetOrAdd(id, _ => Channel.CreateUnbounded<ScriptedServer>());
}
