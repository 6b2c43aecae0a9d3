using System.Net;
using System.Net.WebSockets;
using Steward.Gateway;
using Steward.Server.Channels;
using Steward.Server.Daemon;
using Steward.Wire;

namespace Steward.Cli.Stdio;

/// <summary>A connection to the daemon of a data directory, as a client of its gateway.</summary>
internal sealed class DaemonSocket : IDisposable
{
    private const int MaxMessageBytes = 512 * 1024 * 1024; // the daemon has bounds of its own; this one is against a stranger on its port
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    private readonly ClientWebSocket _socket = new();
    private readonly WebSocketMessageReader _reader;
    private readonly SemaphoreSlim _turn = new(1);

    private int _initialized;

    private DaemonSocket() => _reader = new WebSocketMessageReader(_socket, MaxMessageBytes);

    /// <summary>Connects.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="target">What is wanted there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="DaemonUnreachableException">There is no daemon, or it does not let us in.</exception>
    public static async Task<DaemonSocket> ConnectAsync(DataDirectory data, GatewayTarget target, CancellationToken cancellationToken)
    {
        var facts = DaemonFacts.Read(data) ?? throw new DaemonUnreachableException($"no daemon is running with the data directory {data}; 'steward up' starts one", isFinal: false);
        var socket = new DaemonSocket();
        try
        {
            var options = socket._socket.Options;
            options.AddSubProtocol("mcp");
            options.SetRequestHeader("Authorization", $"Bearer {ApiToken.Read(data)}");
            options.KeepAliveInterval = options.KeepAliveTimeout = PingInterval;
            options.CollectHttpResponseDetails = true;
            // The daemon is on this machine: a proxy of the environment must neither see the token nor stand in the way.
            using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
            await socket._socket.ConnectAsync(new UriBuilder(new Uri(new Uri(facts.Url), $"{target.Path}/ws")) { Scheme = "ws" }.Uri, http, cancellationToken);
            return socket;
        }
        catch (Exception error) when (error is WebSocketException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            var refusal = socket._socket.HttpStatusCode switch
            {
                HttpStatusCode.NotFound => new DaemonUnreachableException($"the daemon at {facts.Url} has no {target} for its clients; 'steward {(target.Kind == GatewayTargetKind.Group ? "groups" : "status")}' lists those there are", isFinal: true),
                HttpStatusCode.Unauthorized => new DaemonUnreachableException($"the daemon at {facts.Url} does not accept the token in {data.ApiTokenFile}", isFinal: true),
                HttpStatusCode.ServiceUnavailable => new DaemonUnreachableException($"the daemon at {facts.Url} has as many clients as it may have (gateway.limits.sessions)", isFinal: true),
                _ => new DaemonUnreachableException($"the daemon at {facts.Url} cannot be reached: {error.Message}", isFinal: false),
            };
            socket.Dispose();
            throw refusal;
        }
    }

    /// <summary>Takes the one turn to initialize that a connection has.</summary>
    public bool TryTakeInitialize() => Interlocked.Exchange(ref _initialized, 1) == 0;

    /// <summary>Sends a message; <see langword="false"/> where the connection has broken.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> message)
    {
        await _turn.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            return true;
        }
        catch (Exception error) when (IsBreak(error))
        {
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The next message, the caller's; one that does not exist where the connection has ended.</summary>
    public async Task<RentedFrame> ReceiveAsync()
    {
        try
        {
            return await _reader.ReadAsync() is null ? _reader.TakeMessage() : default;
        }
        catch (Exception error) when (IsBreak(error))
        {
            return default;
        }
    }

    /// <summary>Says good-bye, in a moment or not at all.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken);
        }
        catch (Exception error) when (IsBreak(error))
        {
            // It has gone already.
        }
    }

    /// <summary>Breaks the connection: what is being read or sent ends.</summary>
    public void Abort() => _socket.Abort();

    public void Dispose()
    {
        _socket.Dispose();
        _reader.Dispose();
        _turn.Dispose();
    }

    private static bool IsBreak(Exception error) => error is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
