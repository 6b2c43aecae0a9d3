using System.Buffers.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Processes;
using Steward.Upstreams.Remote;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// The conversation with one server process or endpoint. Owns the ids under which requests travel and the calls that
/// wait for answers; delivers what comes back in the order in which it came.
/// </summary>
internal sealed partial class UpstreamConnection : ILinkReceiver, IAsyncDisposable
{
    private const int MaxPostsWaiting = 256;

    // Measured (bench/run library): with fewer calls under way, a message that waits for company only comes later.
    private const int BusyFrom = 3;

    private readonly ILink _link;
    private readonly IConnectionHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ServerLog? _log;
    private long _lastReceived;
    private long? _within; // the request on whose stream the message came that is being delivered; of the link's reader alone
    private int _postsWaiting;
    private int _renewals;
    private long _sent;
    private long _received; // of the link's reader alone, as the next
    private long _errors;

    public UpstreamConnection(string serverId, ILink link, IConnectionHandler handler, ServerLog? log, TimeProvider time, ILogger logger)
    {
        (ServerId, _link, _handler, _log, _time, _logger) = (serverId, link, handler, log, time, logger);
        _lastUsed = time.GetTimestamp();
        _sweep = time.CreateTimer(_ => FailOverdue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string ServerId { get; }

    /// <summary>What the server said in its handshake. Set before the connection is handed on.</summary>
    public HandshakeResult Server { get; set; } = HandshakeResult.None;

    /// <summary>The members that each of Steward's own requests has in its <c>_meta</c>; empty with a server of the legacy era.</summary>
    public ReadOnlyMemory<byte> Meta { get; set; }

    /// <summary>Whether the server has taken in everything that was sent to it; <see langword="null"/> where nobody can know.</summary>
    public bool? HasRead => _link.HasBeenRead;

    /// <summary>Completes when the server can say nothing more, with the reason in words.</summary>
    public Task<string> Closed => _link.Closed;

    /// <summary>What it runs over. Certain once the handshake is done.</summary>
    public ServerTransport Transport => _link.Transport;

    /// <inheritdoc cref="ILink.AskedPause"/>
    public TimeSpan AskedPause => _link.AskedPause;

    /// <summary>How often the server had forgotten its session, so that another was opened.</summary>
    public int Renewals => Volatile.Read(ref _renewals);

    /// <summary>When the server last said anything that is a message, as a timestamp of the clock.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>How many messages came that belong to nothing: late, repeated or invented answers.</summary>
    public long StrayMessages { get; private set; }

    /// <summary>How many lines came that are no JSON-RPC messages.</summary>
    public long NoiseLines { get; private set; }

    public void Start() => _link.Start(this);

    /// <summary>What was said so far.</summary>
    /// <param name="connectedAt">Since when the server has been ready.</param>
    public ConnectionStatistics Measure(DateTimeOffset? connectedAt) => new(ServerId, connectedAt)
    {
        MessagesSent = Volatile.Read(ref _sent),
        MessagesReceived = Volatile.Read(ref _received),
        Errors = Volatile.Read(ref _errors),
        Pending = CallsInFlight,
        Stray = StrayMessages,
        Noise = NoiseLines,
        SilentFor = _time.GetElapsedTime(LastReceived),
    };

    /// <summary>
    /// The tools that may be offered, of all that the server lists. Over HTTP the modern era forbids those whose headers are marked
    /// wrongly, and its calls need to know of the others.
    /// </summary>
    public IReadOnlyList<CatalogItem> Accept(IReadOnlyList<CatalogItem> tools) => _link.ToolHeaders is { } headers && Server.Era == ProtocolEra.Modern
        ? headers.Take(tools, (tool, reason) => _logger.ToolRefused(ServerId, tool, reason))
        : tools;

    /// <summary>Sends a message that expects no answer.</summary>
    public ValueTask SendAsync(ReadOnlySpan<byte> message) => SendAsync(message, default);

    /// <summary>
    /// Sends a message from where nobody can wait. It is dropped where the link is closed, or where a server that does not read
    /// has many such messages waiting already.
    /// </summary>
    public void Post(ReadOnlySpan<byte> message) => Post(message, default);

    public void Post(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        if (Volatile.Read(ref _postsWaiting) >= MaxPostsWaiting)
        {
            _logger.PostDropped(ServerId);
            return;
        }

        try
        {
            var sending = SendAsync(message, edits);
            if (!sending.IsCompletedSuccessfully)
                _ = ObserveAsync(sending);
        }
        catch (LinkClosedException)
        {
            _logger.PostToClosedLink(ServerId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        FailAll($"Server '{ServerId}' was stopped.");
    }

    bool ILinkReceiver.IsBusy => _pending.Count >= BusyFrom; // without the lock: a guess is enough, and reading the count is no more than that

    void ILinkReceiver.OnMessage(ReadOnlySpan<byte> message)
    {
        var envelope = JsonRpcEnvelope.Parse(message);
        if (envelope.Kind is not MessageKind.Invalid)
        {
            Volatile.Write(ref _lastReceived, _time.GetTimestamp()); // noise is no sign of life: a server may print for ever and never answer
            Volatile.Write(ref _received, _received + 1);
        }

        switch (envelope.Kind)
        {
            case MessageKind.Response:
                OnResponse(message, envelope);
                break;
            case MessageKind.Notification when envelope.Method == McpMethod.NotificationsProgress:
                OnProgress(message, envelope);
                break;
            case MessageKind.Notification:
                _handler.OnNotification(this, message, envelope);
                break;
            case MessageKind.Request when Server.Era == ProtocolEra.Modern:
                Post(JsonRpcWriter.Error(envelope.Id.Of(message), JsonRpcErrorCode.MethodNotFound,
                    $"A server makes no requests in protocol revision {ProtocolRevisions.Modern}; what it needs it asks for by an input_required result."));
                break;
            case MessageKind.Request when envelope.Method == McpMethod.Ping:
                Post(JsonRpcWriter.Result(envelope.Id.Of(message), "{}"u8));
                break;
            case MessageKind.Request when IsForServers(envelope.Method):
                Post(JsonRpcWriter.Error(envelope.Id.Of(message), JsonRpcErrorCode.MethodNotFound, "Servers answer this method, clients do not."));
                break;
            case MessageKind.Request:
                _handler.OnRequest(this, message, envelope);
                break;
            default:
                OnNoise(message, envelope);
                break;
        }
    }

    void ILinkReceiver.OnMessage(ReadOnlySpan<byte> message, long request)
    {
        _within = request;
        ((ILinkReceiver)this).OnMessage(message);
        _within = null;
    }

    void ILinkReceiver.OnRenewed()
    {
        Interlocked.Increment(ref _renewals);
        _handler.OnRenewed(this);
    }

    void ILinkReceiver.OnOversized(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long length)
    {
        _log?.Append(LogSource.Steward, $"skipped a line of {length} bytes: longer than a message may be");
        _logger.OversizedLine(ServerId, length);
        if (OversizedLine.FindId(head, tail) is { } id)
            FailAnswered(id, $"Server '{ServerId}' answered with {length} bytes, more than one message may have ({StdioLink.DefaultMaxLineBytes} bytes).");
    }

    void ILinkReceiver.OnUndeliverable(ReadOnlySpan<byte> message, string reason, int status)
    {
        var envelope = JsonRpcEnvelope.Parse(message);
        if (envelope.Kind == MessageKind.Request && TryReadId(envelope.Id.Of(message), out var id) && Take(id) is { } call)
        {
            if (status is 0 or >= 500)
                NoteFailure(call);
            call.OnUndeliverable($"Server '{ServerId}' could not be reached: {reason}", status);
        }
        else
        {
            _logger.Undeliverable(ServerId, reason);
        }
    }

    /// <summary>No client has an answer to these: a server that asks one is mistaken, and says nothing about who may share it.</summary>
    private static bool IsForServers(McpMethod method) => method is
        McpMethod.Initialize or McpMethod.ServerDiscover or McpMethod.ToolsList or McpMethod.ToolsCall or McpMethod.PromptsList or McpMethod.PromptsGet
        or McpMethod.ResourcesList or McpMethod.ResourcesTemplatesList or McpMethod.ResourcesRead or McpMethod.ResourcesSubscribe
        or McpMethod.ResourcesUnsubscribe or McpMethod.CompletionComplete or McpMethod.LoggingSetLevel or McpMethod.SubscriptionsListen;

    private void OnNoise(ReadOnlySpan<byte> line, in JsonRpcEnvelope envelope)
    {
        NoiseLines++;
        _log?.Append(LogSource.Stdout, line);
        // Broken JSON may be anything, so only what is whole but for its text counts as the answer that its id says.
        if ((envelope.Result.Exists || envelope.Error.Exists) && !Utf8.IsValid(line) && TryReadId(envelope.Id.Of(line), out var id))
            FailAnswered(id, $"Server '{ServerId}' answered with bytes that are no UTF-8.");
    }

    /// <summary>A call has an answer that nobody can be given: the server has failed it.</summary>
    private void FailAnswered(long id, string reason)
    {
        if (Take(id) is not { } call)
            return;
        NoteFailure(call);
        call.OnFailed(JsonRpcErrorCode.InternalError, reason);
    }

    private ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call = null)
    {
        var sending = _link.SendAsync(message, edits, call);
        Interlocked.Increment(ref _sent);
        return sending;
    }

    private async Task ObserveAsync(ValueTask sending)
    {
        Interlocked.Increment(ref _postsWaiting);
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (LinkClosedException)
        {
            _logger.PostToClosedLink(ServerId);
        }
        finally
        {
            Interlocked.Decrement(ref _postsWaiting);
        }
    }

    private static bool TryReadId(ReadOnlySpan<byte> id, out long number) =>
        Utf8Parser.TryParse(id, out number, out var read) && read == id.Length;
}
