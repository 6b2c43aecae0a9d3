using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A request of a client of the modern era to a server of the legacy era. The answer gets what its client expects of every
/// result; errors get the codes of its era.
/// </summary>
internal sealed class ParkableExchange(ModernClient client, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    : ModernExchange(client, connection, timeout, message, envelope)
{
    public override void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Session.Refuse(connection, envelope.Id.Of(message), "The client cannot be asked.");

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        DeliverAnswer(message, envelope, ResultTranslation.ToModern(Method, Connection.Server, message, envelope));
}
