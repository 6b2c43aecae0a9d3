using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Steward.Telemetry;

namespace Steward.Gateway;

/// <summary>All sessions. Bounded, and emptied of those whose clients went away without a word.</summary>
internal sealed class SessionTable(int limit, TimeSpan idleTimeout, TimeProvider clock)
{
    // A client that lives speaks again, or listens, or comes back with a new session at the cost of one more round.
    private static readonly TimeSpan QuietFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private int _count;

    public int Limit => limit;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<Session> All => _sessions.Values;

    /// <summary>
    /// Makes a session; <see langword="null"/> when there are as many as there may be. The id has 128 random bits.
    /// </summary>
    public Session? TryCreate(GatewayEndpoint endpoint, SessionOpening opening, EventStream? channel)
    {
        if (Interlocked.Increment(ref _count) > limit)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        var session = new Session(Base64Url.EncodeToString(random), endpoint, opening, channel, clock);
        _sessions[session.Id] = session;
        OperationMetrics.SessionBegan();
        return session;
    }

    /// <summary>The session of that id, if it is that principal's; whoever else asks learns nothing.</summary>
    public Session? Find(string id, string? principal) =>
        _sessions.TryGetValue(id, out var session) && session.Opening.Principal == principal ? session : null;

    /// <summary>Takes a session out; <see langword="false"/> where somebody else did.</summary>
    public bool Remove(Session session)
    {
        if (!_sessions.TryRemove(session.Id, out _))
            return false;
        Interlocked.Decrement(ref _count);
        OperationMetrics.SessionEnded();
        return true;
    }

    /// <summary>The sessions of which nothing was heard for too long and that wait for nothing.</summary>
    public IEnumerable<Session> Idle => SilentFor(idleTimeout);

    /// <summary>The session of which nothing was heard for longest, for a minute at least, and that waits for nothing; <see langword="null"/> where there is none.</summary>
    public Session? Quietest => SilentFor(QuietFor).MinBy(session => session.LastActivity);

    private IEnumerable<Session> SilentFor(TimeSpan time) =>
        _sessions.Values.Where(session => !session.IsWaiting && clock.GetElapsedTime(session.LastActivity) >= time);
}
