using Steward.Catalog;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// One client of the legacy era, from <c>initialize</c> to DELETE or expiry. Owns its requests in flight, its streams and the
/// servers' questions to it; knows nothing of HTTP.
/// </summary>
internal sealed partial class Session : GatewayClient, IListener
{
    private const int MaxFinishedStreams = 32;
    private static readonly TimeSpan ReplayFor = TimeSpan.FromMinutes(2);

    private readonly List<EventStream> _streams = [];
    private int _lastStream;
    private long _lastActivity;
    private Action? _whenEnded;
    private bool _isOpen;

    public Session(string id, GatewayEndpoint endpoint, SessionOpening opening, EventStream? channel, TimeProvider clock)
        : base(clock)
    {
        (Id, Endpoint, Opening, Channel) = (id, endpoint, opening, channel);
        General = channel ?? new EventStream(0, EventStreamLimits.General);
        OpenedAt = clock.GetTimestamp();
        Touch();
    }

    public override ProtocolEra Era => ProtocolEra.Legacy;

    public override string Revision => Opening.Revision;

    public override string Name => Opening.ClientName;

    public override string? Principal => Opening.Principal;

    public override ClientCapabilities Capabilities => Opening.Capabilities;

    /// <summary>128 random bits; whoever knows it may use the session, if he is also its principal.</summary>
    public string Id { get; }

    public GatewayEndpoint Endpoint { get; }

    /// <summary>How the client introduced itself.</summary>
    public SessionOpening Opening { get; }

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long OpenedAt { get; }

    public override EventStream? Channel { get; }

    /// <summary>The stream that a GET opens, or the one that carries everything.</summary>
    public EventStream General { get; }

    /// <summary>The least severe log messages that the client asked for; <see langword="null"/> while it did not say.</summary>
    public LogSeverity? LogLevel { get; set; }

    /// <summary>Whether the client was told of tasks when it came.</summary>
    public bool IsToldOfTasks { get; set; }

    /// <summary>
    /// Whether the client's <c>initialize</c> has been answered. Before that it hears of no changed lists: it could take the news for the answer, and has
    /// listed nothing yet.
    /// </summary>
    public bool IsOpen
    {
        get => Volatile.Read(ref _isOpen);
        set => Volatile.Write(ref _isOpen, value);
    }

    /// <summary>When the client was last heard of, as a timestamp of the clock.</summary>
    public long LastActivity => Volatile.Read(ref _lastActivity);

    /// <summary>Whether the client waits for something: an answer, or news on an open stream.</summary>
    public bool IsWaiting => CallsInFlight > 0 || General.IsBeingRead;

    public void Touch() => Volatile.Write(ref _lastActivity, Clock.GetTimestamp());

    public override EventStream OpenStream()
    {
        var stream = new EventStream(Interlocked.Increment(ref _lastStream), EventStreamLimits.Call);
        int kept;
        lock (Gate)
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
        lock (Gate)
            return _streams.Find(stream => stream.Number == number);
    }

    /// <summary>Has something done once the session has ended, at once where it has.</summary>
    public void WhenEnded(Action action)
    {
        lock (Gate)
            _whenEnded = action;
        if (HasEnded)
            action();
    }

    /// <summary>Sends the client news that belong to none of its requests. Takes the frame over.</summary>
    public void Tell(RentedFrame frame) => General.Append(frame);

    public void OnListsChanged(IReadOnlyList<CatalogKind> kinds)
    {
        if (!IsOpen)
            return;
        foreach (var notification in kinds.Select(kind => kind.ChangedNotification()).Distinct())
            Tell(RentedFrame.Copy(JsonRpcWriter.Notification(notification)));
    }

    public void OnResourceUpdated(byte[] uri, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var edits = new FrameEdits(new byte[uri.Length]);
        edits.Replace(envelope.Uri, uri);
        Tell(RentedFrame.Copy(message, edits));
    }

    /// <summary>Periodic upkeep: signs of life to waiting clients, and old replay memory returned.</summary>
    public void Tend(TimeSpan silence)
    {
        OpenSilent(silence);
        EventStream[] open;
        lock (Gate)
            open = [.. _streams];
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
        if (!TryEnd("The client's session has ended."))
            return Task.CompletedTask;
        RefuseQuestions();
        EventStream[] streams;
        lock (Gate)
            streams = Channel is null ? [General, .. _streams] : []; // what carries everything may carry more than the session
        foreach (var stream in streams)
            stream.Discard();
        Action? whenEnded;
        lock (Gate)
            whenEnded = _whenEnded;
        whenEnded?.Invoke();
        return StopOwnProcessesAsync(force);
    }

    private void DiscardFinished()
    {
        List<EventStream> old;
        lock (Gate)
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
