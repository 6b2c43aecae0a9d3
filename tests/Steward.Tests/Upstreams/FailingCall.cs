using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A call that can take nothing in, and may go on after its answer.</summary>
internal sealed class FailingCall : PendingCall
{
    public FailingCall() => (Timeout, MayGoOn) = (System.Threading.Timeout.InfiniteTimeSpan, true);

    public bool IsUnsent { get; private set; }

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => throw new InvalidOperationException("no");

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => throw new InvalidOperationException("no");

    public override bool TryCancel(UpstreamConnection connection) => throw new InvalidOperationException("no");

    public override void OnUnsent(string message) => IsUnsent = true;

    public override void OnFailed(int code, string message)
    {
        // Lost, which is not what is looked for.
    }
}
