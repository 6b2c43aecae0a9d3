using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A client of the modern era as far as it is known: everything comes with each of its requests. What is kept here is a count
/// of what it uses up and what was read of its capabilities; the protocol needs none of it, and it may be forgotten at any time.
/// </summary>
internal sealed class ModernClient(string? principal, string name, ClientCapabilities capabilities, TimeProvider clock, EventStream? channel) : GatewayClient(clock)
{
    private readonly List<ModernSubscription> _subscriptions = [];

    public override ProtocolEra Era => ProtocolEra.Modern;

    public override string Revision => ProtocolRevisions.Modern;

    public override string Name => name;

    public override string? Principal => principal;

    public override ClientCapabilities Capabilities => capabilities;

    public override EventStream? Channel => channel;

    /// <summary>What it says of itself, as JSON; empty where it says nothing.</summary>
    public byte[] Info { get; init; } = [];

    /// <summary>Its capabilities as it declared them, as JSON.</summary>
    public byte[] DeclaredCapabilities { get; init; } = "{}"u8.ToArray();

    /// <summary>A stream that nobody reads twice: what breaks is called again.</summary>
    public override EventStream OpenStream() => new(1, EventStreamLimits.Unrepeated);

    /// <summary>Whether something of it is going on.</summary>
    public bool IsBusy
    {
        get
        {
            lock (Gate)
                return CallsInFlight > 0 || _subscriptions.Count > 0;
        }
    }

    /// <summary>Its open subscriptions.</summary>
    public IReadOnlyList<ModernSubscription> Subscriptions
    {
        get
        {
            lock (Gate)
                return [.. _subscriptions];
        }
    }

    /// <summary>Takes a subscription in; <see langword="false"/> when the client is gone, or has as many as it may have.</summary>
    public bool TryAdd(ModernSubscription subscription, int limit)
    {
        lock (Gate)
        {
            if (HasEnded || _subscriptions.Count >= limit)
                return false;
            _subscriptions.Add(subscription);
            return true;
        }
    }

    public void Remove(ModernSubscription subscription)
    {
        lock (Gate)
            _subscriptions.Remove(subscription);
    }

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
