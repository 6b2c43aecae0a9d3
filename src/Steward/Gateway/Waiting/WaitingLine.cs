using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway.Waiting;

/// <summary>
/// The calls that wait for one server, in the order in which they came. While any of them waits, whoever comes later goes behind them: so
/// each client's calls reach the server in their order. Nobody blocks: a change of the server's state is what moves the line.
/// </summary>
internal sealed class WaitingLine(ManagedServer server)
{
    /// <summary>No more calls than this wait for one server. Whoever comes then is refused at once, as without a line; nothing that waits is lost.</summary>
    public const int MostWaiting = 1_024;

    private readonly Lock _gate = new(); // around memory only
    private readonly LinkedList<WaitingCall> _calls = [];
    private int _count;
    private int _reviews; // that were asked for since somebody began to review
    private UpstreamConnection? _gone;

    /// <summary>Whether nobody waits: the one question on the way of every call.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The server took a request no more: its end is about to be seen.</summary>
    public void NoteGone(UpstreamConnection connection) => Volatile.Write(ref _gone, connection);

    /// <summary>Puts a call in the line, or ends it at once where waiting makes no sense.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isFirst">Whether it was sent already and has come back: it keeps its place before those that came later.</param>
    public Task<Reply> JoinAsync(WaitingCall call, bool isFirst = false)
    {
        if (call.Bound <= TimeSpan.Zero && Judge(TimeSpan.Zero, call.Client.Clock) != ServerProspect.Ready)
            call.Refuse("");
        else if (!TryPlace(call, isFirst))
            call.Refuse($" {MostWaiting} calls wait for it already.");
        else
            Begin(call);
        return call.Reply;
    }

    /// <summary>Moves the line as far as it goes. To be called whenever something has become of the server.</summary>
    public void Review()
    {
        if (IsEmpty || Interlocked.Increment(ref _reviews) != 1)
            return; // whoever reviews already does so once more
        int seen;
        do
        {
            seen = Volatile.Read(ref _reviews);
            Advance();
        }
        while (Interlocked.CompareExchange(ref _reviews, 0, seen) != seen);
    }

    /// <summary>The client of a message is gone: nobody could hear its answer.</summary>
    public void Withdraw(ReadOnlyMemory<byte> message)
    {
        if (IsEmpty)
            return;
        WaitingCall? found;
        lock (_gate)
            found = _calls.FirstOrDefault(call => call.Is(message));
        found?.Withdraw();
    }

    /// <summary>Takes a call out that has ended. A further time does nothing.</summary>
    public void Remove(WaitingCall call)
    {
        lock (_gate)
        {
            if (call.Place is not { } place)
                return;
            call.Place = null;
            _calls.Remove(place);
            server.CountWaiting(-1);
            Volatile.Write(ref _count, _calls.Count);
        }
    }

    /// <summary>Whether a call that waits may still be sent.</summary>
    public bool IsWorthWaiting(TimeSpan patience, TimeProvider clock) => Judge(patience, clock) is ServerProspect.Coming or ServerProspect.Resting;

    /// <summary>What a call may hope for.</summary>
    /// <param name="remaining">For how long it may wait.</param>
    /// <param name="clock">The clock.</param>
    public ServerProspect Judge(TimeSpan remaining, TimeProvider clock) =>
        server.ProspectOf(server.IsThere(Volatile.Read(ref _gone)), remaining, clock);

    private bool TryPlace(WaitingCall call, bool isFirst)
    {
        lock (_gate)
        {
            if (_calls.Count >= MostWaiting && !isFirst)
                return false;
            if (isFirst && _calls.First is { } front)
                call.KeepTimeOf(front.Value);
            (call.Line, call.Place) = (this, isFirst ? _calls.AddFirst(call) : _calls.AddLast(call));
            server.CountWaiting(+1);
            Volatile.Write(ref _count, _calls.Count);
            return true;
        }
    }

    private void Begin(WaitingCall call)
    {
        if (call.Bound > TimeSpan.Zero)
            call.Arm(Expire);
        if (call.Reply.IsCompleted)
            Remove(call); // its client went before it had its place
        Review(); // the server may have come before the call was in the line
    }

    private void Expire(WaitingCall call)
    {
        call.Refuse(Overdue(call));
        Remove(call);
    }

    private string Overdue(WaitingCall call) =>
        $" The call has waited for it for {call.Bound.TotalSeconds:0.###} s ({(server.Meant.MayRest ? "startupTimeoutMs and queueMs" : "queueMs")}).";

    private void Advance()
    {
        while (First() is { } call)
        {
            switch (Judge(call.Remaining, call.Client.Clock))
            {
                case ServerProspect.Ready:
                    call.Send(); // before it leaves the line: until then whoever comes goes behind it
                    break;
                case ServerProspect.None:
                    call.Refuse(call.Remaining > TimeSpan.Zero ? "" : Overdue(call)); // whoever reviews may come before the clock
                    break;
                case ServerProspect.Resting:
                    server.Call();
                    return;
                default:
                    return;
            }

            Remove(call);
        }
    }

    private WaitingCall? First()
    {
        lock (_gate)
            return _calls.First?.Value;
    }
}
