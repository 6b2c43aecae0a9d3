using System.Net;
using System.Net.Sockets;
using Steward.Bench.Sessions;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>A target that is a program with an HTTP endpoint.</summary>
internal abstract class HttpTarget(string workDirectory) : Target
{
    private GatewayProcess? _process;

    internal override int? ProcessId => _process?.Id;

    protected Uri Endpoint { get; set; } = new("http://127.0.0.1");

    protected GatewayProcess Process => _process ?? throw new InvalidOperationException($"{Name} is not started.");

    /// <summary>A directory of this start alone.</summary>
    protected string Directory { get; private set; } = "";

    public override async ValueTask DisposeAsync()
    {
        if (_process is { } process)
            await process.DisposeAsync();
        _process = null;
    }

    internal override async Task StartAsync(IReadOnlyList<UpstreamCommand> servers, CancellationToken cancellationToken)
    {
        Directory = Path.Combine(workDirectory, $"{Name}-{Guid.NewGuid():N}"[..(Name.Length + 9)]);
        System.IO.Directory.CreateDirectory(Directory);
        _process = Launch(servers);
        await Process.UntilAsync($"{Name} answers", TryReach, cancellationToken);
    }

    internal override McpSession OpenSession() => new StreamableHttpSession(Endpoint);

    protected abstract GatewayProcess Launch(IReadOnlyList<UpstreamCommand> servers);

    /// <summary>Not null once a session could be opened.</summary>
    protected virtual object? TryReach()
    {
        using var session = OpenSession();
        return session;
    }

    protected static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
