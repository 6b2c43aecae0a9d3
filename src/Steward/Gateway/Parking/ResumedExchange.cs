using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>A request with which a client goes on with a parked call: never sent to the server, it gets what the parked call gets.</summary>
internal sealed class ResumedExchange(ParkedCall call, ModernClient client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    : BridgedExchange(client, call.Origin.Connection, System.Threading.Timeout.InfiniteTimeSpan, message, envelope)
{
    public override void Cancel(string reason)
    {
        call.GiveUp(this, reason);
        EndCancelled();
    }

    public override void Cancel(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        call.GiveUp(this, notification, envelope);
        EndCancelled();
    }
}
