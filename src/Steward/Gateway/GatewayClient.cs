using Steward.Gateway.Waiting;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Somebody who calls: owns its requests in flight and what it may use up; knows nothing of transports.</summary>
internal abstract class GatewayClient(TimeProvider clock)
{
    private Exchange? _inFlight;
    private int _inFlightCount; // with those that wait for their servers
    private List<WaitingCall>? _waiting;
    private bool _ended;

    public abstract ProtocolEra Era { get; }

    /// <summary>The protocol revision that it is spoken to in.</summary>
    public abstract string Revision { get; }

    /// <summary>Name and version, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Who it is, where clients must say so.</summary>
    public abstract string? Principal { get; }

    /// <summary>What it can be asked for.</summary>
    public abstract ClientCapabilities Capabilities { get; }

    public TimeProvider Clock => clock;

    /// <summary>How many calls it makes.</summary>
    public CallRate Rate { get; } = new(clock);

    public int CallsInFlight => Volatile.Read(ref _inFlightCount);

    /// <summary>Whether it takes nothing any more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    /// <summary>Guards the memory of the client and of what it owns.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Notes that the client has to do with a server.</summary>
    public virtual void MarkUsed(GatewayServer server)
    {
        // Only what has a memory can note it.
    }

    /// <summary>The one stream to a client whose transport carries messages both ways; <see langword="null"/> where each request has a stream of its own.</summary>
    public virtual EventStream? Channel => null;

    /// <summary>A new stream for one request.</summary>
    public abstract EventStream OpenStream();

    /// <summary>Takes a request in; <see langword="false"/> when the client is gone, or has as many in flight as it may have.</summary>
    public bool TryAdd(Exchange exchange, int limit)
    {
        lock (Gate)
        {
            if (_ended || _inFlightCount >= limit)
                return false;
            _inFlightCount++;
            exchange.Next = _inFlight;
            if (_inFlight is not null)
                _inFlight.Previous = exchange;
            _inFlight = exchange;
            return true;
        }
    }

    public void Remove(Exchange exchange)
    {
        lock (Gate)
        {
            if (exchange.Previous is null && _inFlight != exchange)
                return;
            _inFlightCount--;
            if (exchange.Previous is { } previous)
                previous.Next = exchange.Next;
            else
                _inFlight = exchange.Next;
            if (exchange.Next is { } next)
                next.Previous = exchange.Previous;
            exchange.Previous = exchange.Next = null;
        }
    }

    /// <summary>Takes a request in that waits for its server; <see langword="false"/> when the client is gone, or has as many in flight as it may have.</summary>
    public bool TryAdd(WaitingCall call, int limit)
    {
        lock (Gate)
        {
            if (_ended || _inFlightCount >= limit)
                return false;
            _inFlightCount++;
            (_waiting ??= []).Add(call);
            return true;
        }
    }

    public void Remove(WaitingCall call)
    {
        lock (Gate)
        {
            if (_waiting?.Remove(call) == true)
                _inFlightCount--;
        }
    }

    /// <summary>Gives up the request of this id, if it has not been sent yet; there is no answer then.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Withdraw(ReadOnlySpan<byte> id)
    {
        WaitingCall? found = null;
        lock (Gate)
        {
            foreach (var call in _waiting ?? [])
            {
                if (call.HasId(id))
                    found = call;
            }
        }

        return found?.Withdraw() == true;
    }

    /// <summary>The request in flight to which the client gave this id.</summary>
    public Exchange? Find(ReadOnlySpan<byte> id)
    {
        lock (Gate)
        {
            for (var exchange = _inFlight; exchange is not null; exchange = exchange.Next)
            {
                if (exchange.HasId(id))
                    return exchange;
            }
        }

        return null;
    }

    /// <summary>The newest request in flight of which something is true.</summary>
    protected Exchange? Find(Predicate<Exchange> match)
    {
        lock (Gate)
        {
            for (var exchange = _inFlight; exchange is not null; exchange = exchange.Next)
            {
                if (match(exchange))
                    return exchange;
            }
        }

        return null;
    }

    /// <summary>Opens the streams of the requests that have been silent for long, so that their clients see signs of life.</summary>
    protected void OpenSilent(TimeSpan silence)
    {
        var waiting = new List<Exchange>();
        lock (Gate)
        {
            for (var exchange = _inFlight; exchange is not null; exchange = exchange.Next)
            {
                if (exchange.Stream is null && Clock.GetElapsedTime(exchange.StartedAt) >= silence)
                    waiting.Add(exchange);
            }
        }

        foreach (var exchange in waiting)
            exchange.OpenStream();
    }

    /// <summary>The streams of the requests in flight.</summary>
    protected IReadOnlyList<EventStream> OpenStreams()
    {
        var streams = new List<EventStream>();
        lock (Gate)
        {
            for (var exchange = _inFlight; exchange is not null; exchange = exchange.Next)
            {
                if (exchange.Stream is { } stream)
                    streams.Add(stream);
            }
        }

        return streams;
    }

    /// <summary>Takes nothing from now on, and cancels what is in flight; <see langword="false"/> where that was done before.</summary>
    protected bool TryEnd(string reason)
    {
        lock (Gate)
        {
            if (_ended)
                return false;
            _ended = true;
        }

        WaitingCall[] waiting;
        lock (Gate)
            waiting = [.. _waiting ?? []];
        foreach (var call in waiting)
            call.Withdraw();
        while (_inFlight is { } exchange)
            exchange.Cancel(reason);
        return true;
    }
}
