using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>A request that Steward makes itself: handshake, lists, probes, calls of the command line.</summary>
internal sealed class ControlCall : PendingCall
{
    private readonly TaskCompletionSource<byte[]> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ControlCall(TimeSpan timeout) => Timeout = timeout;

    /// <summary>Whether it is made for a person, by the command line or the API.</summary>
    public bool IsForPerson { get; init; }

    public override bool IsUse => IsForPerson;

    /// <summary>The value of <c>result</c>.</summary>
    /// <exception cref="UpstreamErrorException">The server answered with an error, or not at all.</exception>
    public Task<byte[]> Result => _result.Task;

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Error.Exists)
            _result.TrySetException(UpstreamErrorException.Read(envelope.Error.Of(message)));
        else
            _result.TrySetResult(envelope.Result.Of(message).ToArray());
    }

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // Nobody watches; that time-outs start anew is the connection's business.
    }

    public override void OnFailed(int code, string message) => _result.TrySetException(new UpstreamErrorException(code, message));

    public override void OnUndeliverable(string message, int status) =>
        _result.TrySetException(new UpstreamErrorException(JsonRpcErrorCode.ServerUnavailable, message) { Status = status });
}
