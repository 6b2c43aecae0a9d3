using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A client of the modern era as far as it is known: everything comes with each of its requests. What is kept here is a count
/// of what it uses up and what was read of its capabilities; the protocol needs none of it, and it may be forgotten at any time.
/// </summary>
internal sealed class ModernClient(string? principal, string name, ClientCapabilities capabilities, TimeProvider clock, EventStream? channel) : GatewayClient(clock)
{
    public override ProtocolEra Era => ProtocolEra.Modern;

    public override string Revision => ProtocolRevisions.Modern;

    public override string Name => name;

    public override string? Principal => principal;

    public override ClientCapabilities Capabilities => capabilities;

    public override EventStream? Channel => channel;

    /// <summary>A stream that nobody reads twice: what breaks is called again.</summary>
    public override EventStream OpenStream() => new(1, EventStreamLimits.Unrepeated);

    /// <summary>Signs of life to those who wait for long.</summary>
    public void Tend(TimeSpan silence)
    {
        OpenSilent(silence);
        foreach (var stream in OpenStreams())
            stream.KeepAlive();
    }

    /// <summary>Cancels what is in flight.</summary>
    public void End(string reason) => TryEnd(reason);
}
