using System.Net;
using System.Net.WebSockets;
using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>A link over a WebSocket of the subprotocol <c>mcp</c>: one message a frame.</summary>
internal sealed class WebSocketLink : ILink
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(1);

    private readonly RemoteEndpoint _endpoint;
    private readonly ClientWebSocket _socket;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SemaphoreSlim _sending = new(1, 1); // never disposed: it holds no handle, and a late sender may still ask
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;

    private WebSocketLink(RemoteEndpoint endpoint, ClientWebSocket socket) => (_endpoint, _socket) = (endpoint, socket);

    public Task<string> Closed => _closed.Task;

    public ServerTransport Transport => ServerTransport.WebSocket;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="RemoteRefusalException">The server does not open one.</exception>
    public static async Task<WebSocketLink> ConnectAsync(RemoteEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var limit = endpoint.Within(RemoteEndpoint.Patience, cancellationToken);
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol("mcp");
            socket.Options.KeepAliveInterval = KeepAlive;
            socket.Options.KeepAliveTimeout = KeepAlive;
            socket.Options.CollectHttpResponseDetails = true;
            await socket.ConnectAsync(RemoteOrigin.ToWebSocket(endpoint.Url), endpoint.Client, limit.Token).ConfigureAwait(false);
            return new WebSocketLink(endpoint, socket);
        }
        catch (WebSocketException) when (socket.HttpStatusCode is var status and not 0 and not HttpStatusCode.SwitchingProtocols)
        {
            socket.Dispose();
            using var response = new HttpResponseMessage(status);
            throw new RemoteRefusalException(RemoteFailure.Describe(endpoint.Url, response), response.StatusCode);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Start(ILinkReceiver receiver) => _reading = ReadAsync(receiver);

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call)
    {
        if (_closed.Task.IsCompleted || _lifetime.IsCancellationRequested)
            throw new LinkClosedException("The connection is closed.");
        return SendAsync(RentedFrame.Copy(message, edits), call);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_lifetime.IsCancellationRequested && _socket.State == WebSocketState.Open)
            await SayFarewellAsync().ConfigureAwait(false);
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _closed.TrySetResult("was disconnected");
        _socket.Dispose();
        _endpoint.Dispose();
    }

    private async ValueTask SendAsync(RentedFrame frame, PendingCall? call)
    {
        try
        {
            await _sending.WaitAsync(_lifetime.Token).ConfigureAwait(false); // first come, first served: nothing overtakes
            try
            {
                if (call is not { IsWithdrawn: true })
                    await _socket.SendAsync(frame.Memory, WebSocketMessageType.Text, endOfMessage: true, _lifetime.Token).ConfigureAwait(false);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or OperationCanceledException or InvalidOperationException) // the last: it is closed
        {
            throw new LinkClosedException("The connection is closed.", failure); // the reader of the other direction tells why
        }
        finally
        {
            frame.Return();
        }
    }

    private async Task SayFarewellAsync()
    {
        try
        {
            using var limit = new TimeLimit(FarewellPatience, _endpoint.Time, CancellationToken.None);
            await _sending.WaitAsync(limit.Token).ConfigureAwait(false);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // It is broken, or the server does not read: it ends all the same.
        }
    }

    private async Task ReadAsync(ILinkReceiver receiver)
    {
        string reason;
        try
        {
            using var reader = new WebSocketReader(_socket, StdioLink.DefaultMaxLineBytes);
            await reader.ReadAllAsync(receiver, _lifetime.Token).ConfigureAwait(false);
            reason = $"closed the connection{(_socket.CloseStatusDescription is { Length: > 0 } words ? $": {words}" : "")}";
        }
        catch (Exception failure) // whatever it is: a link that nobody reads must not look alive
        {
            reason = $"could not be read any more: {RemoteFailure.Describe(_endpoint.Url, failure)}";
        }

        _closed.TrySetResult(reason);
    }
}
