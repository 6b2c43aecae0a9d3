using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>A request of a session to a server of the modern era, which asks for input by its results.</summary>
internal sealed class RoundsExchange(Session session, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    : LegacyExchange(session, connection, timeout, message, envelope)
{
}
