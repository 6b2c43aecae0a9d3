using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>
/// The line of a client in this process to one endpoint of the gateway: gives its requests ids, and hands over what comes in, in order.
/// A handler may make requests and wait for them: what they bring takes a lane of its own, and does not wait for the handler.
/// </summary>
internal sealed class ClientLine : IAsyncDisposable
{
    // For so long a server may still be at work for a call that was given up: what it says then may belong to that.
    private static readonly TimeSpan WorksOn = TimeSpan.FromSeconds(30);

    // How deep the lane is of the handler that we are in, if in one: flows with its code, wherever that goes.
    private static readonly AsyncLocal<int> Depth = new();

    private readonly ClientChannel _channel;
    private readonly IClientLineListener _listener;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<long, PendingRequest> _pending = new();
    private readonly ConcurrentDictionary<string, PendingRequest> _byToken = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private OrderedLane[] _lanes;
    private long _lastId;
    private long? _lastGivenUp;
    private bool _isOver;

    public ClientLine(ClientChannel channel, IClientLineListener listener, TimeProvider time, ILogger logger)
    {
        (_channel, _listener, _time, _logger) = (channel, listener, time, logger);
        _lanes = [new OrderedLane(listener.Name, time, logger)];
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Completes when nothing more can be said; never faults.</summary>
    public Task Ended => _reading;

    /// <summary>The requests that wait for their answers.</summary>
    public IEnumerable<PendingRequest> Pending => _pending.Values;

    /// <summary>Makes a request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="parameters">Its <c>params</c>.</param>
    /// <param name="cancellationToken">Gives it up; the server is told.</param>
    /// <returns>The <c>result</c>.</returns>
    /// <exception cref="McpException">The answer is an error (<see cref="McpProtocolException"/>) or cannot be read, or the line has ended (<see cref="ClientClosedException"/>).</exception>
    public async Task<JsonNode?> RequestAsync(string method, JsonNode? parameters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = Begin(method, parameters);
        using (cancellationToken.UnsafeRegister(state => GiveUp((PendingRequest)state!, cancellationToken), request))
        {
            try
            {
                Send(request);
                return ReadAnswer(request, await request.Answer.ConfigureAwait(false));
            }
            finally
            {
                Forget(request);
            }
        }
    }

    /// <summary>Says something that needs no answer, or answers.</summary>
    public ValueTask SendAsync(RentedFrame message) => _channel.ReceiveAsync(message);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _reading.ConfigureAwait(false);
    }

    /// <summary>Never waits: how it goes is for the answer to say, and whoever gives a request up is not to wait for the channel.</summary>
    private void Send(PendingRequest request)
    {
        if (request.Answer.IsCompleted)
            return; // given up already
        _ = SendAsync(ClientMessages.Request(request.Id, request.Method, request.Parameters)).AsTask(); // never faults
        if (request.Answer.IsCanceled)
            Withdraw(request); // meanwhile: that may have been said before there was anything to withdraw
        if (Volatile.Read(ref _isOver))
            request.Fail(Gone());
    }

    private void Withdraw(PendingRequest request)
    {
        if (request.Method != RequestMethods.Initialize) // "The initialize request MUST NOT be cancelled by clients"
            _ = SendAsync(ClientMessages.Cancelled(request.Id)).AsTask(); // never faults
    }

    private PendingRequest Begin(string method, JsonNode? parameters)
    {
        var token = parameters is JsonObject members && members.TryGetPropertyValue("_meta", out var meta) && meta is JsonObject about
            && about.TryGetPropertyValue("progressToken", out var value) ? value?.ToJsonString() : null;
        var request = new PendingRequest(Interlocked.Increment(ref _lastId), method, LaneAt(Depth.Value))
        {
            Parameters = parameters,
            State = CallFlow.State,
            Flow = ExecutionContext.Capture(),
            ProgressToken = token,
        };
        _pending[request.Id] = request;
        if (token is not null)
            _byToken[token] = request;
        return request;
    }

    private void Forget(PendingRequest request)
    {
        _pending.TryRemove(request.Id, out _);
        if (request.ProgressToken is { } token)
            _byToken.TryRemove(new(token, request)); // another may have come with the same
    }

    private void GiveUp(PendingRequest request, CancellationToken cancellationToken)
    {
        if (!_pending.TryRemove(request.Id, out _))
            return;
        lock (_gate)
            _lastGivenUp = _time.GetTimestamp();
        request.Cancel(cancellationToken);
        Withdraw(request);
    }

    private OrderedLane LaneAt(int depth)
    {
        var lanes = Volatile.Read(ref _lanes);
        if (depth < lanes.Length)
            return lanes[depth];
        lock (_gate)
        {
            while (_lanes.Length <= depth)
                Volatile.Write(ref _lanes, [.. _lanes, new OrderedLane(_listener.Name, _time, _logger)]);
            return _lanes[depth];
        }
    }

    /// <summary>Never faults.</summary>
    private async Task ReadAsync()
    {
        try
        {
            if (_channel.Outbound.TryAttach(after: null, out var reader))
                await ReadAsync(reader).ConfigureAwait(false);
        }
        catch (Exception failure) // a bug of ours: whoever waits is told all the same
        {
            _logger.MessageFailed(_listener.Name, failure);
        }

        _channel.Dispose();
        Interlocked.Exchange(ref _isOver, true); // who begins a request from here on sees it, and the others are seen here
        foreach (var request in _pending.Values)
            request.Lane.Post(() => request.Fail(Gone()));
    }

    private async Task ReadAsync(int reader)
    {
        while (await _channel.Outbound.WaitAsync(reader, CancellationToken.None).ConfigureAwait(false) is StreamSignal.Events or StreamSignal.KeepAlive)
        {
            while (_channel.Outbound.TryTake(reader, out var frame))
                Take(frame);
        }
    }

    /// <summary>Takes the frame over.</summary>
    private void Take(RentedFrame frame)
    {
        var message = frame.Span;
        var envelope = JsonRpcEnvelope.Parse(message);
        switch (envelope.Kind)
        {
            case MessageKind.Response when ClientMessages.TryReadId(envelope.Id.Of(message), out var id) && _pending.TryRemove(id, out var request):
                request.Lane.Post(() => request.Complete(frame));
                return;
            case MessageKind.Request:
                TakeQuestion(message, envelope);
                break;
            case MessageKind.Notification:
                TakeNotification(message, envelope);
                break;
        }

        frame.Return();
    }

    /// <summary>What is JSON and yet cannot be read costs that message alone: a member that stands there twice, or half a surrogate pair.</summary>
    private static bool IsUnreadable(Exception failure) => failure is JsonException or InvalidOperationException or ArgumentException;

    /// <exception cref="McpException">The answer is an error, or cannot be read.</exception>
    private static JsonNode? ReadAnswer(PendingRequest request, RentedFrame answer)
    {
        try
        {
            var envelope = JsonRpcEnvelope.Parse(answer.Span);
            return envelope.Error.Exists ? throw ClientErrors.Read(envelope.Error.Of(answer.Span)) : ClientMessages.ReadNode(envelope.Result.Of(answer.Span));
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            throw new McpException($"The answer to {request.Method} cannot be read.", unreadable);
        }
        finally
        {
            answer.Return();
        }
    }

    private void TakeQuestion(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var id = ClientMessages.ReadId(envelope.Id.Of(message)); // the gateway's own
        try
        {
            var request = ClientMessages.ReadRequest(id, message, envelope);
            var cause = id.Id is long number && _channel.FindCause(number) is { } call ? _pending.GetValueOrDefault(call) : null;
            _listener.OnRequest(request, cause);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            _logger.MessageUnreadable(_listener.Name, unreadable);
            _ = SendAsync(ClientMessages.Error(id, (int)McpErrorCode.InvalidParams, "The request cannot be read.")).AsTask(); // never faults
        }
    }

    private void TakeNotification(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        try
        {
            if (envelope.Method == McpMethod.NotificationsCancelled && envelope.RequestId.Exists)
                _listener.OnWithdrawn(ClientMessages.ReadId(envelope.RequestId.Of(message)));
            if (_listener.Listens(ClientMessages.ReadMethod(message, envelope)))
                Post(ClientMessages.ReadNotification(message, envelope), envelope.Method, message.Length);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            _logger.MessageUnreadable(_listener.Name, unreadable);
        }
    }

    private void Post(JsonRpcNotification notification, McpMethod method, int bytes)
    {
        var reported = method == McpMethod.NotificationsProgress ? Reported(notification) : null;
        var depth = reported is null ? 0 : Array.IndexOf(Volatile.Read(ref _lanes), reported.Lane);
        var cause = method == McpMethod.NotificationsMessage ? FindSole() : reported;
        LaneAt(depth).Post(() => CallFlow.In(cause?.Flow, () => HandleAsync(notification, cause, depth)), bytes);
    }

    /// <summary>The only call on which the server can be at work; <see langword="null"/> where that is not certain.</summary>
    private PendingRequest? FindSole()
    {
        lock (_gate)
        {
            if (_lastGivenUp is { } since && _time.GetElapsedTime(since) < WorksOn)
                return null;
        }

        PendingRequest? sole = null;
        foreach (var (_, request) in _pending)
        {
            if (sole is not null)
                return null;
            sole = request;
        }

        return sole;
    }

    private PendingRequest? Reported(JsonRpcNotification notification) =>
        notification.Params is JsonObject members && members.TryGetPropertyValue("progressToken", out var token) && token is not null ? _byToken.GetValueOrDefault(token.ToJsonString()) : null;

    private async Task HandleAsync(JsonRpcNotification notification, PendingRequest? cause, int depth)
    {
        Depth.Value = depth + 1; // flows into the handler, and ends with this method
        await _listener.OnNotificationAsync(notification, cause).ConfigureAwait(false);
    }

    private ClientClosedException Gone() => new ClientClosedException(_listener.Name);
}
