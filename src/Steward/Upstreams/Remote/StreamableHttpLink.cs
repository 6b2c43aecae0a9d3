using System.Collections.Concurrent;
using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// A link over Streamable HTTP, of both eras: every message is a request of its own, every request has a response of its own.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http"/>.
/// </summary>
internal sealed class StreamableHttpLink : ILink
{
    // A server that has something to tidy up must not hold up ours.
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(2);

    private readonly RemoteEndpoint _endpoint;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ConcurrentDictionary<long, RunningExchange> _running = [];
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _listening;
    private Task _stream = Task.CompletedTask;
    private Task? _disposal;
    private StreamableHttpParts? _parts;

    public StreamableHttpLink(RemoteEndpoint endpoint) => _endpoint = endpoint;

    public Task<string> Closed => _closed.Task;

    public ServerTransport Transport => ServerTransport.Http;

    public TimeSpan AskedPause => _endpoint.AskedPause;

    public ToolHeaderTable ToolHeaders { get; } = new();

    /// <summary>Where set, takes over a handshake that the server refused as one of HTTP+SSE would.</summary>
    public Func<OutgoingMessage, CancellationToken, Task<bool>>? TakeOver { get; init; }

    public void Start(ILinkReceiver receiver)
    {
        var turn = new DeliveryTurn(receiver);
        var sessions = new LegacySessions(_endpoint, _lifetime.Token) { Opened = Listen, Lost = Close, Renewed = turn.TellRenewalAsync };
        var vitals = new RemoteVitals(_endpoint, Close, _lifetime.Token);
        _parts = new StreamableHttpParts(_endpoint, sessions, ToolHeaders, turn, vitals);
        if (TakeOver is not null)
            _parts = _parts with { TakeOver = TakeOver };
    }

    /// <summary>
    /// A request's answer comes within its own exchange, so that requests run side by side, or one long call would hold up all
    /// others. What expects no answer is accepted when the server has taken it.
    /// </summary>
    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call)
    {
        if (_closed.Task.IsCompleted || _lifetime.IsCancellationRequested)
            throw new LinkClosedException("The connection is closed.");
        var outgoing = OutgoingMessage.Copy(message, edits, call);
        if (outgoing is { IsRequest: true, Id: { } id })
        {
            StartExchange(outgoing, id);
            return default;
        }

        return outgoing.Envelope.Method == McpMethod.NotificationsCancelled ? CancelAsync(outgoing) : new ValueTask(TellAsync(outgoing));
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
            return new ValueTask(_disposal ??= Task.Run(EndAsync));
    }

    private async Task EndAsync()
    {
        var wasAlive = _closed.TrySetResult("was disconnected");
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([_stream, .. _running.Values.Select(exchange => exchange.Ended)]).ConfigureAwait(false);
        if (wasAlive && _parts?.Sessions.Current is { Id: not null } session)
            await SayFarewellAsync(session).ConfigureAwait(false);
        _endpoint.Dispose();
    }

    private async Task SayFarewellAsync(LegacySession session)
    {
        try
        {
            using var limit = new TimeLimit(FarewellPatience, _endpoint.Time, CancellationToken.None);
            using var request = new HttpRequestMessage(HttpMethod.Delete, _endpoint.Url);
            session.AddTo(request.Headers);
            (await _endpoint.SendAsync(request, limit.Token).ConfigureAwait(false)).Dispose();
        }
        catch (Exception failure) // whatever the chain of handlers throws: the session ends by itself some day
        {
            _endpoint.Logger.FarewellFailed(_endpoint.ServerId, RemoteFailure.Describe(_endpoint.Url, failure));
        }
    }

    private void Close(string reason) => _closed.TrySetResult(reason);

    private void StartExchange(OutgoingMessage request, long id)
    {
        var exchange = new RunningExchange(request, _lifetime.Token);
        _running[id] = exchange;
        _ = RunAsync(exchange, id); // cannot fault
    }

    private async Task RunAsync(RunningExchange exchange, long id)
    {
        try
        {
            await RunAsync(exchange.Request, exchange.Token).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(id, out _);
            exchange.End();
        }
    }

    /// <summary>Never faults: whoever waits for the answer hears of it otherwise.</summary>
    private async Task RunAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var parts = _parts ?? throw new InvalidOperationException("The link is not started.");
        try
        {
            await new HttpExchange(message, parts).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Given up by whoever asked, or the link is closed, which its connection tells everybody.
        }
        catch (RemoteRefusalException refusal)
        {
            await parts.Turn.FailAsync(message.Body, refusal.Message, refusal.Status).ConfigureAwait(false);
        }
        catch (MessageTooLargeException tooLarge) when (message.IsRequest)
        {
            await parts.Turn.AnswerAsync(message.Part(message.Envelope.Id).Span, JsonRpcErrorCode.InternalError, $"Server '{_endpoint.ServerId}' cannot be understood: {tooLarge.Message}.").ConfigureAwait(false);
        }
        catch (Exception failure) // whatever the chain of handlers throws: the call that this was must hear of it
        {
            await parts.Turn.FailAsync(message.Body, RemoteFailure.Describe(_endpoint.Url, failure)).ConfigureAwait(false);
            if (RemoteFailure.IsOfNetwork(failure))
                parts.Vitals.Failed();
        }
    }

    private async Task TellAsync(OutgoingMessage message)
    {
        using var limit = _endpoint.Within(RemoteEndpoint.Patience, _lifetime.Token);
        await RunAsync(message, limit.Token).ConfigureAwait(false);
        if (limit.Token.IsCancellationRequested && !_lifetime.IsCancellationRequested)
            _endpoint.Logger.NotTaken(_endpoint.ServerId, RemoteEndpoint.Patience);
    }

    /// <summary>
    /// In the modern era a request is cancelled by closing its response. In the legacy era the server is told; what it might still
    /// say of the request is not waited for, or a server that says nothing would hold the exchange open for ever.
    /// </summary>
    private async ValueTask CancelAsync(OutgoingMessage notification)
    {
        var exchange = notification.Number(notification.Envelope.RequestId) is { } id && _running.TryGetValue(id, out var running) ? running : null;
        if (exchange is null or { Request.IsModern: false } && _parts?.Sessions.Current is not null)
            await TellAsync(notification).ConfigureAwait(false);
        exchange?.Cancel();
    }

    private void Listen(LegacySession session)
    {
        var listening = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token);
        var stream = new ServerStream(session, _parts!).RunAsync(listening.Token);
        CancellationTokenSource? before;
        lock (_gate)
            (before, _listening, _stream) = (_listening, listening, Task.WhenAll(_stream, stream));
        before?.Cancel(); // the stream of a session that is over
        before?.Dispose();
    }
}
