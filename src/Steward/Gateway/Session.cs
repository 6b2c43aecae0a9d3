using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// One client of the legacy era, from <c>initialize</c> to DELETE or expiry. Owns its requests in flight, its streams and the
/// servers' questions to it; knows nothing of HTTP.
/// </summary>
internal sealed partial class Session
{
    private const int MaxFinishedStreams = 32;
    private static readonly TimeSpan ReplayFor = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly List<EventStream> _streams = [];
    private Exchange? _inFlight;
    private int _inFlightCount;
    private int _lastStream;
    private long _lastActivity;
    private bool _ended;

    public Session(string id, GatewayEndpoint endpoint, SessionOpening opening, TimeProvider clock)
    {
        (Id, Endpoint, Opening, Clock) = (id, endpoint, opening, clock);
        General = new EventStream(0, EventStreamLimits.General);
        Rate = new CallRate(clock);
        OpenedAt = clock.GetTimestamp();
        Touch();
    }

    /// <summary>128 random bits; whoever knows it may use the session, if he is also its principal.</summary>
    public string Id { get; }

    public GatewayEndpoint Endpoint { get; }

    /// <summary>How the client introduced itself.</summary>
    public SessionOpening Opening { get; }

    public TimeProvider Clock { get; }

    /// <summary>How many calls it makes.</summary>
    public CallRate Rate { get; }

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long OpenedAt { get; }

    /// <summary>The stream that a GET opens.</summary>
    public EventStream General { get; }

    /// <summary>The least severe log messages that the client asked for; <see langword="null"/> while it did not say.</summary>
    public LogSeverity? LogLevel { get; set; }

    /// <summary>When the client was last heard of, as a timestamp of the clock.</summary>
    public long LastActivity => Volatile.Read(ref _lastActivity);

    public int CallsInFlight => Volatile.Read(ref _inFlightCount);

    /// <summary>Whether the client waits for something: an answer, or news on an open stream.</summary>
    public bool IsWaiting => CallsInFlight > 0 || General.IsBeingRead;

    public void Touch() => Volatile.Write(ref _lastActivity, Clock.GetTimestamp());

    /// <summary>Whether it takes nothing any more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    /// <summary>Takes a request in; <see langword="false"/> when the session has ended, or has as many in flight as it may have.</summary>
    public bool TryAdd(Exchange exchange, int limit)
    {
        lock (_gate)
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
        lock (_gate)
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

    /// <summary>The request in flight to which the client gave this id.</summary>
    public Exchange? Find(ReadOnlySpan<byte> id)
    {
        lock (_gate)
        {
            for (var exchange = _inFlight; exchange is not null; exchange = exchange.Next)
            {
                if (exchange.HasId(id))
                    return exchange;
            }
        }

        return null;
    }

    /// <summary>A new stream for one request.</summary>
    public EventStream OpenStream()
    {
        var stream = new EventStream(Interlocked.Increment(ref _lastStream), EventStreamLimits.Call);
        int kept;
        lock (_gate)
        {
            _streams.Add(stream);
            kept = _streams.Count;
        }

        if (kept % MaxFinishedStreams == 0)
            DiscardFinished();
        return stream;
    }

    /// <summary>A stream by its number; <see langword="null"/> where it is not kept any more.</summary>
    public EventStream? FindStream(int number)
    {
        if (number == 0)
            return General;
        lock (_gate)
            return _streams.Find(stream => stream.Number == number);
    }

    /// <summary>Sends the client news that belong to none of its requests. Takes the frame over.</summary>
    public void Tell(RentedFrame frame) => General.Append(frame);

    /// <summary>Periodic upkeep: signs of life to waiting clients, and old replay memory returned.</summary>
    public void Tend(TimeSpan silence)
    {
        EventStream[] open;
        var waiting = new List<Exchange>();
        lock (_gate)
        {
            for (var exchange = _inFlight; exchange is not null; exchange = exchange.Next)
            {
                if (exchange.Stream is null && Clock.GetElapsedTime(exchange.StartedAt) >= silence)
                    waiting.Add(exchange);
            }

            open = [.. _streams];
        }

        foreach (var exchange in waiting)
            exchange.OpenStream();
        foreach (var stream in open)
            stream.KeepAlive();
        General.KeepAlive();
        DiscardFinished();
    }

    /// <summary>
    /// Ends everything: requests are cancelled at their servers, questions refused, streams closed. Completes when the session's own
    /// processes are gone. Never faults.
    /// </summary>
    public Task EndAsync(CancellationToken force)
    {
        lock (_gate)
        {
            if (_ended)
                return Task.CompletedTask;
            _ended = true;
        }

        while (_inFlight is { } exchange)
        {
            exchange.Connection.Cancel(exchange, "The client's session has ended.");
            exchange.EndCancelled();
        }

        RefuseQuestions();
        EventStream[] streams;
        lock (_gate)
            streams = [General, .. _streams];
        foreach (var stream in streams)
            stream.Discard();
        return StopOwnProcessesAsync(force);
    }

    private void DiscardFinished()
    {
        List<EventStream> old;
        lock (_gate)
        {
            var finished = _streams.Where(stream => stream.KeptSince is not null).ToList();
            old = [.. finished.Where((stream, index) =>
                index < finished.Count - MaxFinishedStreams || (stream.KeptSince is { } since && Clock.GetElapsedTime(since) >= ReplayFor))];
            _streams.RemoveAll(old.Contains);
        }

        foreach (var stream in old)
            stream.Discard();
    }
}
