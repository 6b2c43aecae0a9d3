using System.Diagnostics;
using System.Text.Json;
using System.Threading.Tasks.Sources;
using Steward.Gateway.Tasks;
using Steward.Telemetry;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A client's request on its way: known to the server under an id of ours, answered to the client under its own.
/// When the answer comes first it is handed over as it is; when anything else does, an event stream carries all. What the eras
/// of the two sides make of it is said by those who derive from it.
/// </summary>
internal abstract class Exchange : PendingCall, IValueTaskSource<ExchangeOutcome>
{
    private readonly Lock _gate = new();
    private readonly byte[] _id;
    private readonly byte[] _progressToken;
    // Whoever waits goes on right here, on the reader of the server's output: it writes to its client and does not block.
    private ManualResetValueTaskSourceCore<ExchangeOutcome> _first;
    private RentedFrame _result;
    private bool _ended;
    private bool _isUnsent;

    protected Exchange(GatewayClient owner, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        (Owner, Connection, Timeout, Stream) = (owner, connection, timeout, owner.Channel);
        _id = envelope.Id.Of(message).ToArray();
        _progressToken = envelope.ProgressToken.Exists ? envelope.ProgressToken.Of(message).ToArray() : [];
        Method = envelope.Method;
        StartedAt = owner.Clock.GetTimestamp();
        OperationMetrics.Began(connection.ServerId);
    }

    /// <summary>Whose request it is.</summary>
    public GatewayClient Owner { get; }

    /// <summary>The way to the server; another where the request is made again.</summary>
    public UpstreamConnection Connection { get; private set; }

    /// <summary>How the request is made again where the server goes away; <see langword="null"/> where it is not.</summary>
    public Replay? Replay { get; set; }

    public McpMethod Method { get; }

    /// <summary>Those that wait for a task, or are told of changes, take as long as they take.</summary>
    public override bool IsMeasured => Method is McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead or McpMethod.CompletionComplete
        or McpMethod.ToolsList or McpMethod.PromptsList or McpMethod.ResourcesList or McpMethod.ResourcesTemplatesList;

    /// <summary>How long the client may take to answer what it is asked because of the request.</summary>
    public TimeSpan AnswerWithin { get; init; }

    /// <summary>When the request came in, as a timestamp of the clock.</summary>
    public long StartedAt { get; }

    /// <summary>Whether its sender wants it back where it cannot be sent: nothing is answered then.</summary>
    public bool ComesBackUnsent { get; set; }

    /// <summary>Whether it could not be sent, and is its sender's again.</summary>
    public bool HasComeBack { get; private set; }

    /// <summary>What is told to those who trace, where there are any; set before the request is sent.</summary>
    public Activity? Span { get; set; }

    /// <summary>The stream, once there is one.</summary>
    public EventStream? Stream { get; private set; }

    /// <summary>The code where the answer is an error; to be read once it has come.</summary>
    public int? ErrorCode { get; private set; }

    /// <summary>Neighbours in the owner's list of requests in flight; the owner's to touch.</summary>
    internal Exchange? Previous { get; set; }

    internal Exchange? Next { get; set; }

    /// <summary>Completes with the first thing that comes back. To be awaited once.</summary>
    public ValueTask<ExchangeOutcome> First => new(this, _first.Version);

    /// <summary>The id that the client gave the request, as JSON.</summary>
    public ReadOnlySpan<byte> Id => _id;

    /// <summary>Whether the client gave the request this id.</summary>
    public bool HasId(ReadOnlySpan<byte> id) => id.SequenceEqual(_id);

    /// <summary>The answer, to be returned by whoever takes it.</summary>
    public RentedFrame TakeResult()
    {
        lock (_gate)
        {
            var result = _result;
            _result = default;
            return result;
        }
    }

    /// <summary>Takes a request that the server makes while it works on this one.</summary>
    public abstract void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>Takes a notification of the server that belongs to this request.</summary>
    /// <param name="message">The notification.</param>
    /// <param name="severity">How severe it is, where it is a log message.</param>
    public abstract void OnServerNotification(ReadOnlySpan<byte> message, LogSeverity? severity);

    /// <summary>Whether what a task asks for is asked during this request.</summary>
    /// <param name="taskId">The server's id of the task, as JSON.</param>
    public virtual bool IsFor(ReadOnlySpan<byte> taskId) => Task?.TaskId is { } id && JsonText.Read(taskId) == id;

    /// <summary>What the request has to do with tasks; almost always nothing.</summary>
    public TaskRelation? Task { get; set; }

    public sealed override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Error.Exists && FailureReason.RemoveFrom(message, envelope) is { } own)
            OnAnswer(own, JsonRpcEnvelope.Parse(own));
        else
            OnAnswer(message, envelope);
    }

    /// <summary>Takes what the server itself has answered.</summary>
    protected virtual void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (Task is { } task)
            DeliverAnswer(message, envelope, task.OnAnswer(this, message, envelope));
        else
            DeliverAnswer(message, envelope, default);
    }

    /// <summary>The client's progress token as JSON; empty where it gave none.</summary>
    public byte[] ProgressToken => _progressToken;

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (_progressToken.Length == 0)
            return; // the server reports on a token that the client never gave
        var edits = new FrameEdits(_progressToken.Length <= 256 ? stackalloc byte[256] : new byte[_progressToken.Length]);
        edits.Replace(envelope.ProgressToken, _progressToken);
        Deliver(RentedFrame.Copy(message, edits), isAnswer: false);
    }

    public override void OnFailed(int code, string message)
    {
        if (!TryReplay(code, message))
            DeliverError(code, message, code == JsonRpcErrorCode.RequestTimeout ? "timeout" : "unavailable", FailureReason.OfCode(code, _isUnsent));
    }

    /// <summary>Has the request made again, where that may be and the server is on its way.</summary>
    protected bool TryReplay(int code, string message) =>
        code == JsonRpcErrorCode.ServerUnavailable && !_isUnsent && Replay is { } replay && replay.TryBegin(this, message);

    /// <summary>Goes on by another connection; <see langword="false"/> where the request has ended.</summary>
    public bool TryMoveTo(UpstreamConnection connection)
    {
        lock (_gate)
        {
            if (!_ended)
                (Connection, UpstreamId) = (connection, 0); // which has no call of that id: nothing of it is there yet
            return !_ended;
        }
    }

    /// <summary>Whether it has been answered or given up.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
                return _ended;
        }
    }

    public override void OnUnsent(string message)
    {
        if (ComesBackUnsent)
        {
            HasComeBack = true;
            return;
        }

        _isUnsent = Replay is not { HasBegun: true }; // what could not be made again was made once
        OnFailed(JsonRpcErrorCode.ServerUnavailable, message);
    }

    /// <remarks>The connection lives: what became of the request on the way would become of it again.</remarks>
    public override void OnUndeliverable(string message, int status)
    {
        Replay = null;
        base.OnUndeliverable(message, status);
    }

    /// <summary>Sends the client something that belongs to its request. Takes the frame over; <see langword="false"/> when the request has ended.</summary>
    public bool TryDeliver(RentedFrame frame) => Deliver(frame, isAnswer: false);

    /// <summary>The client has waited for long without a byte: open the stream, so that it sees signs of life.</summary>
    public void OpenStream()
    {
        lock (_gate)
        {
            if (_ended || Stream is not null)
                return;
            Stream = Owner.OpenStream();
        }

        _first.SetResult(ExchangeOutcome.Stream);
    }

    /// <summary>Gives the request up: the server is told so, the client gets no answer.</summary>
    public virtual void Cancel(string reason)
    {
        Connection.Cancel(this, reason);
        EndCancelled();
    }

    /// <summary>Gives the request up with the client's own words.</summary>
    public virtual void Cancel(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        Connection.Cancel(this, notification, envelope);
        EndCancelled();
    }

    /// <summary>The request is not taken in: somebody else answers it.</summary>
    /// <returns>Whether somebody has to: not where its client has given it up meanwhile.</returns>
    public bool Refuse()
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            _ended = true;
        }

        Close("limit");
        return true;
    }

    /// <summary>The client gets no answer, and its connection is free again.</summary>
    protected void EndCancelled()
    {
        bool first;
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            first = Stream is null;
            CompleteStream();
        }

        Close("cancelled");
        if (first)
            _first.SetResult(ExchangeOutcome.Cancelled);
    }

    ExchangeOutcome IValueTaskSource<ExchangeOutcome>.GetResult(short token) => _first.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ExchangeOutcome>.GetStatus(short token) => _first.GetStatus(token);

    void IValueTaskSource<ExchangeOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _first.OnCompleted(continuation, state, token, flags);

    /// <summary>Hands over an answer of the server under the client's id, with what else is to be different in it.</summary>
    /// <param name="message">The answer.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="changes">What replaces which parts; a part without length is a place to insert at.</param>
    protected void DeliverAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ReadOnlySpan<(ByteRange Part, byte[] Bytes)> changes)
    {
        var room = _id.Length;
        foreach (var (_, bytes) in changes)
            room += bytes.Length;
        var edits = new FrameEdits(room <= 256 ? stackalloc byte[256] : new byte[room]);
        edits.Replace(envelope.Id, _id);
        foreach (var (part, bytes) in changes)
        {
            if (part.Exists)
                edits.Replace(part, bytes);
            else
                edits.Insert(part.Start, bytes);
        }

        if (envelope.Error.Exists)
            ErrorCode = JsonRpcErrorCode.Read(envelope.Error.Of(message));
        Deliver(RentedFrame.Copy(message, edits), isAnswer: true, envelope.Error.Exists ? "error" : null);
    }

    /// <summary>Answers with an error of our own.</summary>
    /// <param name="code">See <see cref="JsonRpcErrorCode"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="errorType">What kind of failure it is, for the metrics.</param>
    /// <param name="data">Writes the value of <c>data</c>, where there is one.</param>
    protected void DeliverError(int code, string message, string errorType, Action<Utf8JsonWriter>? data = null)
    {
        ErrorCode = code;
        Deliver(RentedFrame.Copy(JsonRpcWriter.Error(_id, code, message, data)), isAnswer: true, errorType);
    }

    /// <summary>Answers with a result of our own; <see langword="false"/> when the request has ended.</summary>
    protected bool DeliverResult(ReadOnlySpan<byte> result) => Deliver(RentedFrame.Copy(JsonRpcWriter.Result(_id, result)), isAnswer: true);

    private bool Deliver(RentedFrame frame, bool isAnswer, string? errorType = null)
    {
        ExchangeOutcome? first = null;
        TaskCompletionSource? reader = null;
        lock (_gate)
        {
            if (_ended)
            {
                frame.Return();
                return false;
            }

            _ended = isAnswer;
            if (Stream is null)
            {
                first = isAnswer ? ExchangeOutcome.Result : ExchangeOutcome.Stream;
                if (isAnswer)
                    _result = frame;
                else
                    (Stream = Owner.OpenStream()).Append(frame);
            }
            else
            {
                reader = Stream.AppendQuietly(frame);
                if (isAnswer)
                    CompleteStream();
            }
        }

        reader?.TrySetResult();
        if (isAnswer)
            Close(errorType);
        if (first is { } outcome)
            _first.SetResult(outcome);
        return true;
    }

    /// <summary>A stream that carries everything for its client goes on.</summary>
    private void CompleteStream()
    {
        if (Stream != Owner.Channel)
            Stream?.Complete(Owner.Clock.GetTimestamp());
    }

    private void Close(string? errorType)
    {
        Owner.Remove(this);
        OperationMetrics.Ended(Connection.ServerId, McpMethods.NameOf(Method), Owner.Clock.GetElapsedTime(StartedAt), errorType);
        if (Span is { } span)
            OperationTrace.End(span, errorType, ErrorCode);
    }
}
