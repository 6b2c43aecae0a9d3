using System.Net.Sockets;
using System.Text;
using Steward.Configuration;
using Steward.Server;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>A host that listens as the daemon does, over fake servers, and a client that says to it byte by byte what it wants.</summary>
internal sealed class ListeningHost : IAsyncDisposable
{
    private readonly TemporaryData _temporary = new();

    public FakeLauncher Launcher { get; } = new() { OnLaunch = launch => launch.Succeed() };

    public StewardHost Host { get; private set; } = null!;

    public DataDirectory Data => _temporary.Data;

    public Uri Url => new(Host.Url);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ListeningHost> StartAsync(GatewayConfig? gateway = null)
    {
        var rig = new ListeningHost();
        var config = new StewardConfig { Servers = [Fleet.Server("files")], Gateway = (gateway ?? new GatewayConfig()) with { Listen = "http://127.0.0.1:0" } };
        rig.Host = await StewardHost.StartAsync(new StewardHostOptions { Config = config, Data = rig.Data, Launcher = rig.Launcher }, Cancelled);
        await rig.Host.Manager.WaitForStatusAsync("files", status => status.State == ServerState.Running, Cancelled);
        return rig;
    }

    /// <summary>Opens a connection.</summary>
    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", Url.Port, Cancelled);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Sends bytes and reads until the host closes the connection.</summary>
    public async Task<string> SayAsync(string request)
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancelled);
        return await ReadToEndAsync(stream);
    }

    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Cancelled) is > 0 and var read)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Cut off: what came before counts.
        }

        return text.ToString();
    }

    /// <summary>The lines of the daemon's log, once it is complete.</summary>
    public async Task<string[]> EndAsync()
    {
        await Host.DisposeAsync();
        return await File.ReadAllLinesAsync(Data.DaemonLogFile, Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _temporary.Dispose();
    }
}
