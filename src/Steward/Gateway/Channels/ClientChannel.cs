using Microsoft.Extensions.Logging;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Channels;

/// <summary>
/// One client on a transport that carries messages both ways, in order: WebSocket, HTTP+SSE, stdio. The transport hands in what the
/// client says and writes what <see cref="Outbound"/> holds. All that the client hears goes through that one queue: answers,
/// progress, questions and news, in the order in which they came about.
/// </summary>
internal sealed class ClientChannel(McpGateway gateway, GatewayEndpoint endpoint, string? principal, ILogger logger, bool isWithinProcess = false) : IDisposable
{
    // Requests that wait for something else than their server's answer, such as the start of a process. Beyond, the transport reads no further.
    private const int MaxWaiting = 256;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lifetime = new(); // without a timer it holds nothing: what is being opened may still look at it
    private Task<Session?>? _opening;
    private Session? _session;
    private ModernClients? _modern;
    private int _waiting;
    private bool _closed;

    public GatewayEndpoint Endpoint => endpoint;

    /// <summary>Who the client is, where clients must say so.</summary>
    public string? Principal => principal;

    /// <summary>What is to be sent to the client. The transport is its only reader; a client that does not read is cut off.</summary>
    public EventStream Outbound { get; } = new(0, EventStreamLimits.Unrepeated) { IsWithinProcess = isWithinProcess };

    /// <summary>Whether the client waits for nothing.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _opening is null or { IsCompleted: true } && Volatile.Read(ref _waiting) == 0
                    && _session is null or { CallsInFlight: 0 } && (_modern?.All ?? []).All(client => client.CallsInFlight == 0);
            }
        }
    }

    /// <summary>
    /// Takes a message of the client in, and the frame over. Completes when the next message may come; answers follow on their own.
    /// Never faults.
    /// </summary>
    public ValueTask ReceiveAsync(RentedFrame frame)
    {
        var envelope = JsonRpcEnvelope.Parse(frame.Span);
        switch (envelope)
        {
            case { Kind: MessageKind.Invalid } when _session?.Revision == ProtocolRevisions.WithBatches && JsonRpcBatch.Split(frame.Memory) is { Count: > 0 } messages:
                return ReceiveAllAsync(messages, frame);
            case { Kind: MessageKind.Invalid }:
                Say(Refusal.OfInvalid(frame.Span, envelope));
                break;
            case { Kind: MessageKind.Request } when envelope.ProtocolVersion.Exists || envelope.Method is McpMethod.ServerDiscover or McpMethod.SubscriptionsListen:
                return Complete(gateway.RequestModernAsync(Modern, endpoint, principal, frame.Memory, envelope), frame, envelope);
            case { Method: McpMethod.NotificationsCancelled } when FindModern(envelope.RequestId.Of(frame.Span)) is { } exchange:
                exchange.Cancel(frame.Span, envelope);
                break;
            case { Method: McpMethod.NotificationsCancelled } when TryWithdraw(envelope.RequestId.Of(frame.Span)):
                break;
            case { Method: McpMethod.NotificationsCancelled } when FindSubscription(envelope.RequestId.Of(frame.Span)) is { } subscription:
                gateway.Close(subscription);
                break;
            case { Kind: MessageKind.Request, Method: McpMethod.Initialize }:
                BeginOpening(frame, envelope);
                return default;
            case { Kind: MessageKind.Request, Method: McpMethod.Ping }:
                _session?.Touch();
                Say(JsonRpcWriter.Result(envelope.Id.Of(frame.Span), "{}"u8));
                break;
            default:
                return _session is { } session ? Handle(session, frame, envelope) : HandleOpeningAsync(frame, envelope);
        }

        frame.Return();
        return default;
    }

    /// <summary>The client's id, as a number, of the request to which a server's question belongs; <see langword="null"/> where that is not certain.</summary>
    /// <param name="question">The id under which the question was put to the client.</param>
    public long? FindCause(long question) => _session?.FindCause(question);

    private ModernClients Modern
    {
        get
        {
            lock (_gate)
                return _modern ??= gateway.ClientsOn(Outbound);
        }
    }

    /// <summary>Ends the channel and the client's session. A further call does nothing.</summary>
    public void Close(string reason)
    {
        Session? session;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            session = _session;
        }

        _lifetime.Cancel();
        if (session is not null)
            gateway.Close(session, reason);
        foreach (var client in _modern?.All ?? [])
        {
            client.End("The client's connection has ended.");
            foreach (var subscription in client.Subscriptions)
                gateway.Close(subscription);
        }

        Outbound.Discard();
    }

    /// <summary>Takes the messages of a batch in one after the other. Each is answered when its answer is there, as it would be alone.</summary>
    private async ValueTask ReceiveAllAsync(List<ReadOnlyMemory<byte>> messages, RentedFrame batch)
    {
        foreach (var message in messages)
        {
            var frame = RentedFrame.Copy(message.Span);
            if (JsonRpcBatch.IsOne(message.Span))
            {
                Say(Refusal.OfInvalid(message.Span, default)); // a batch within a batch
                frame.Return();
                continue;
            }

            await ReceiveAsync(frame).ConfigureAwait(false);
        }

        batch.Return();
    }

    /// <summary>The client went away.</summary>
    public void Dispose() => Close("its client went away");

    /// <summary>The request of the modern era in flight to which the client gave this id.</summary>
    private Exchange? FindModern(ReadOnlySpan<byte> id)
    {
        foreach (var client in _modern?.All ?? [])
        {
            if (client.Find(id) is { } exchange)
                return exchange;
        }

        return null;
    }

    /// <summary>Gives up a request of the modern era that waits for its server.</summary>
    private bool TryWithdraw(ReadOnlySpan<byte> id)
    {
        foreach (var client in _modern?.All ?? [])
        {
            if (client.Withdraw(id))
                return true;
        }

        return false;
    }

    private ModernSubscription? FindSubscription(ReadOnlySpan<byte> id)
    {
        foreach (var subscription in (_modern?.All ?? []).SelectMany(client => client.Subscriptions))
        {
            if (subscription.HasId(id))
                return subscription;
        }

        return null;
    }

    private void BeginOpening(RentedFrame frame, in JsonRpcEnvelope envelope)
    {
        lock (_gate)
        {
            if (_opening is null)
            {
                _opening = OpenAsync(frame, envelope);
                return;
            }
        }

        Say(JsonRpcWriter.Error(envelope.Id.Of(frame.Span), JsonRpcErrorCode.InvalidRequest, "This session is initialized already."));
        frame.Return();
    }

    /// <summary>Opens the session and answers. Never faults.</summary>
    private async Task<Session?> OpenAsync(RentedFrame frame, JsonRpcEnvelope envelope)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // not under the lock
        Session? session = null;
        byte[] answer;
        try
        {
            (session, answer) = await gateway.OpenAsync(endpoint, principal, frame.Memory, envelope, Outbound, _lifetime.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_lifetime.IsCancellationRequested)
        {
            logger.RequestFailed("initialize", failure);
            answer = JsonRpcWriter.Error(envelope.Id.Of(frame.Span), JsonRpcErrorCode.InternalError, "The session could not be opened; the log of Steward says why.");
        }
        catch (OperationCanceledException)
        {
            answer = []; // the client is gone
        }

        frame.Return();
        var closed = Keep(session);
        if (closed && session is not null)
            gateway.Close(session, "its client went away while it was opened");
        else if (!closed)
            Say(answer);
        if (session is not null)
            session.IsOpen = true;
        return closed ? null : session;
    }

    /// <returns>Whether the channel was closed meanwhile.</returns>
    private bool Keep(Session? session)
    {
        lock (_gate)
        {
            if (_closed)
                return true;
            _session = session;
            if (session is null)
                _opening = null; // the client may try again
        }

        session?.WhenEnded(() => Close("it has ended"));
        return false;
    }

    private async ValueTask HandleOpeningAsync(RentedFrame frame, JsonRpcEnvelope envelope)
    {
        Task<Session?>? opening;
        lock (_gate)
            opening = _opening;
        if (opening is not null && await opening.ConfigureAwait(false) is { } session)
        {
            await Handle(session, frame, envelope).ConfigureAwait(false);
            return;
        }

        if (envelope.Kind == MessageKind.Request)
            Say(JsonRpcWriter.Error(envelope.Id.Of(frame.Span), JsonRpcErrorCode.InvalidRequest, "There is no session yet: send initialize first."));
        frame.Return();
    }

    private ValueTask Handle(Session session, RentedFrame frame, in JsonRpcEnvelope envelope)
    {
        if (envelope.Kind == MessageKind.Request)
            return Complete(McpGateway.RequestAsync(session, frame.Memory, envelope), frame, envelope);
        McpGateway.Accept(session, frame.Span, envelope);
        frame.Return();
        return default;
    }

    /// <summary>Sees to it that a request is answered. What an exchange answers goes to the channel by itself.</summary>
    private ValueTask Complete(ValueTask<Reply> reply, RentedFrame frame, in JsonRpcEnvelope envelope)
    {
        if (reply.IsCompletedSuccessfully)
        {
            Finish(reply.Result); // it is there: nothing blocks
            frame.Return();
            return default;
        }

        var completing = CompleteAsync(reply, frame, envelope.Id); // cannot fault
        return Volatile.Read(ref _waiting) < MaxWaiting ? default : new(completing);
    }

    private async Task CompleteAsync(ValueTask<Reply> reply, RentedFrame frame, ByteRange id)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            Finish(await reply.ConfigureAwait(false));
        }
        catch (Exception failure) // a request must not take the channel with it
        {
            logger.RequestFailed("a request", failure);
            Say(JsonRpcWriter.Error(id.Of(frame.Span), JsonRpcErrorCode.InternalError, "The request failed; the log of Steward says why."));
        }

        Interlocked.Decrement(ref _waiting);
        frame.Return();
    }

    private void Finish(Reply reply)
    {
        Say(reply.Message);
        if (reply.Subscription is not { } subscription)
            return;
        bool isClosed;
        lock (_gate)
            isClosed = _closed;
        if (isClosed)
            gateway.Close(subscription); // it was opened too late for whoever closed all the others
    }

    private void Say(byte[]? message)
    {
        if (message is not null)
            Outbound.Append(RentedFrame.Copy(message));
    }
}
