using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>A request with which a client goes on with a parked call: never sent to the server, it gets what the parked call gets.</summary>
internal sealed class ResumedExchange(ParkedCall call, ModernClient client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    : BridgedExchange(client, call.Origin.Connection, System.Threading.Timeout.InfiniteTimeSpan, message, envelope)
{
    // It ends before the call is given up: whoever is just attaching it there looks whether it has.
    public override void Cancel(string reason)
    {
        EndCancelled();
        call.GiveUp(this, reason);
    }

    public override void Cancel(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        EndCancelled();
        call.GiveUp(this, notification, envelope);
    }
}
