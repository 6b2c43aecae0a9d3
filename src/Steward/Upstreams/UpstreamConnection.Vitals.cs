using Steward.Supervision;
using Steward.Wire;

namespace Steward.Upstreams;

/// <content>What the conversation says of the server's health.</content>
internal sealed partial class UpstreamConnection
{
    private long _lastAnswered = long.MinValue;

    /// <summary>Where it is noted how the clients' calls went; <see langword="null"/> where nobody wants to know.</summary>
    public CallWindow? Calls { get; init; }

    /// <summary>The same while the server is judged by this connection: how the last calls of a version that was replaced go says nothing of the next one.</summary>
    private CallWindow? Judged => Volatile.Read(ref _isRetired) ? null : Calls;

    /// <summary>
    /// Whether the server has shown that it works since a moment: by answering something, or reporting progress; or, while it works for clients, by any word. What
    /// it says of its own accord while it has nothing to do proves nothing: a thread of its own may go on to say it for ever.
    /// </summary>
    /// <param name="moment">A timestamp of the clock.</param>
    public bool HasWorkedSince(long moment)
    {
        if (Volatile.Read(ref _lastAnswered) > moment)
            return true;
        lock (_gate)
            return LastReceived > moment && WorksForAnybody();
    }

    /// <summary>The same by a call that was made for it, and knows what became of it on the way.</summary>
    /// <exception cref="UpstreamErrorException">The server answered with an error, or not in time, or went away.</exception>
    public async Task<byte[]> RequestAsync(ControlCall call, string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken)
    {
        Send(call, method, parameters.Span);
        try
        {
            return await call.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Cancel(call, "The caller gave up.");
            throw;
        }
    }

    private void NoteAnswer(PendingCall call, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        Volatile.Write(ref _lastAnswered, _lastReceived);
        if (Judged is not { } calls || call.SentAt < 0)
            return;
        calls.Record(call.SentAt, _lastReceived, envelope.Error.Exists && IsOwnFault(UpstreamErrorException.Read(envelope.Error.Of(message)).Code));
        call.SentAt = -1; // it may go on to wait for something else
    }

    private void NoteFailure(PendingCall call)
    {
        if (Judged is { } calls && call.SentAt >= 0)
            calls.Record(call.SentAt, _time.GetTimestamp(), isFailure: true);
    }

    /// <summary>Whether an error blames the server: others say what is wrong with the request, or are the tool's own way to answer.</summary>
    private static bool IsOwnFault(int code) => code is JsonRpcErrorCode.InternalError or JsonRpcErrorCode.ServerUnavailable or JsonRpcErrorCode.RequestTimeout;
}
