using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>A request of a client of the modern era to a server of its own era: relayed as it is.</summary>
internal class ModernExchange : Exchange
{
    /// <summary>The least severe log messages that the request asks for; <see langword="null"/> for none at all.</summary>
    public LogSeverity? LogLevel { get; }

    public ModernExchange(ModernClient client, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
        : base(client, connection, timeout, message, envelope)
    {
        // Two requests have nothing to do with each other, though the same client may have made them.
        Client = this;
        LogLevel = LogSeverities.Parse(envelope.LogLevel.Of(message));
    }

    public override void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Session.Refuse(connection, envelope.Id.Of(message), "A server of this protocol revision asks by input_required results, never by requests.");

    /// <remarks>
    /// Log messages go to those only who asked for them with the request.
    /// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging#per-request-log-level"/>.
    /// </remarks>
    public override void OnServerNotification(ReadOnlySpan<byte> message, LogSeverity? severity)
    {
        if (severity is not null && severity >= LogLevel)
            TryDeliver(RentedFrame.Copy(message));
    }
}
