using System.Threading.Tasks.Sources;
using Steward.Telemetry;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A client's request on its way: known to the server under an id of ours, answered to the client under its own.
/// When the answer comes first it is handed over as it is; when anything else does, an event stream carries all.
/// </summary>
internal sealed class Exchange : PendingCall, IValueTaskSource<ExchangeOutcome>
{
    private readonly Lock _gate = new();
    private readonly byte[] _id;
    private readonly byte[] _progressToken;
    private readonly McpMethod _method;
    // Whoever waits goes on right here, on the reader of the server's output: it writes to its client and does not block.
    private ManualResetValueTaskSourceCore<ExchangeOutcome> _first;
    private RentedFrame _result;
    private bool _ended;

    public Exchange(Session session, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        (Session, Connection, Client, Timeout) = (session, connection, session, timeout);
        _id = envelope.Id.Of(message).ToArray();
        _progressToken = envelope.ProgressToken.Exists ? envelope.ProgressToken.Of(message).ToArray() : [];
        _method = envelope.Method;
        StartedAt = session.Clock.GetTimestamp();
        OperationMetrics.Began(connection.ServerId);
    }

    public Session Session { get; }

    public UpstreamConnection Connection { get; }

    /// <summary>When the request came in, as a timestamp of the session's clock.</summary>
    public long StartedAt { get; }

    /// <summary>The stream, once there is one.</summary>
    public EventStream? Stream { get; private set; }

    /// <summary>Neighbours in the session's list of requests in flight; the session's to touch.</summary>
    internal Exchange? Previous { get; set; }

    internal Exchange? Next { get; set; }

    /// <summary>Completes with the first thing that comes back. To be awaited once.</summary>
    public ValueTask<ExchangeOutcome> First => new(this, _first.Version);

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

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var edits = new FrameEdits(_id.Length <= 256 ? stackalloc byte[256] : new byte[_id.Length]);
        edits.Replace(envelope.Id, _id);
        Deliver(RentedFrame.Copy(message, edits), isAnswer: true, envelope.Error.Exists ? "error" : null);
    }

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (_progressToken.Length == 0)
            return; // the server reports on a token that the client never gave
        var edits = new FrameEdits(_progressToken.Length <= 256 ? stackalloc byte[256] : new byte[_progressToken.Length]);
        edits.Replace(envelope.ProgressToken, _progressToken);
        Deliver(RentedFrame.Copy(message, edits), isAnswer: false);
    }

    public override void OnFailed(int code, string message) =>
        Deliver(RentedFrame.Copy(JsonRpcWriter.Error(_id, code, message)), isAnswer: true, code == JsonRpcErrorCode.RequestTimeout ? "timeout" : "unavailable");

    /// <summary>Sends the client something that belongs to its request. Takes the frame over; <see langword="false"/> when the request has ended.</summary>
    public bool TryDeliver(RentedFrame frame) => Deliver(frame, isAnswer: false);

    /// <summary>The client has waited for long without a byte: open the stream, so that it sees signs of life.</summary>
    public void OpenStream()
    {
        lock (_gate)
        {
            if (_ended || Stream is not null)
                return;
            Stream = Session.OpenStream();
        }

        _first.SetResult(ExchangeOutcome.Stream);
    }

    /// <summary>The request is not taken in: somebody else answers it.</summary>
    public void Refuse() => Close("limit");

    /// <summary>The client cancelled: it gets no answer, and its connection is free again.</summary>
    public void EndCancelled()
    {
        bool first;
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            first = Stream is null;
            Stream?.Complete(Session.Clock.GetTimestamp());
        }

        Close("cancelled");
        if (first)
            _first.SetResult(ExchangeOutcome.Cancelled);
    }

    ExchangeOutcome IValueTaskSource<ExchangeOutcome>.GetResult(short token) => _first.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ExchangeOutcome>.GetStatus(short token) => _first.GetStatus(token);

    void IValueTaskSource<ExchangeOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _first.OnCompleted(continuation, state, token, flags);

    private bool Deliver(RentedFrame frame, bool isAnswer, string? errorType = null)
    {
        ExchangeOutcome? first = null;
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
                    (Stream = Session.OpenStream()).Append(frame);
            }
            else
            {
                Stream.Append(frame);
                if (isAnswer)
                    Stream.Complete(Session.Clock.GetTimestamp());
            }
        }

        if (isAnswer)
            Close(errorType);
        if (first is { } outcome)
            _first.SetResult(outcome);
        return true;
    }

    private void Close(string? errorType)
    {
        Session.Remove(this);
        OperationMetrics.Ended(Connection.ServerId, McpMethods.NameOf(_method), Session.Clock.GetElapsedTime(StartedAt), errorType);
    }
}
