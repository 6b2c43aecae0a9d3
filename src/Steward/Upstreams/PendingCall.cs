using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// A request that a server has not answered yet. Its callbacks run on the connection's reader, in the order in which
/// the server spoke; exactly one of <see cref="OnResponse"/> and <see cref="OnFailed"/> ends it.
/// </summary>
internal abstract class PendingCall
{
    private bool _isWithdrawn;

    /// <summary>The id under which the server knows the request. Set when it is sent; never used twice on a connection.</summary>
    public long UpstreamId { get; set; }

    /// <summary>Whose request it is: what the server asks meanwhile belongs to the same. Nobody's, where Steward itself asks.</summary>
    public object? Client { get; protected init; }

    /// <summary>Whether the server may ask something because of the request.</summary>
    public virtual bool MayCauseQuestions => Client is not null;

    /// <summary>Whether somebody uses the server by it, a client or a person: not what Steward asks for itself.</summary>
    public virtual bool IsUse => Client is not null;

    /// <summary>Whether the call is made only while the server cannot be at work for any other client.</summary>
    public bool MustBeAlone { get; set; }

    /// <summary>Whether it is refused, rather than made, where another connection has taken the place of this one: nothing of it has been said yet.</summary>
    public bool MayBeElsewhere { get; set; }

    /// <summary>Whether its answer may be the beginning of more: until that has been seen to, the connection counts as busy.</summary>
    public bool MayGoOn { get; set; }

    /// <summary>Whether nobody waits for it any more: a request that was not sent yet need not be sent. Set once, read from any thread.</summary>
    public bool IsWithdrawn { get => Volatile.Read(ref _isWithdrawn); set => Volatile.Write(ref _isWithdrawn, value); }

    /// <summary>How long the server may stay silent about the request.</summary>
    public TimeSpan Timeout { get; protected init; }

    /// <summary>When it was made, as a timestamp of the connection's clock.</summary>
    internal long RegisteredAt { get; set; }

    /// <summary>When the time is up, as a timestamp of the connection's clock.</summary>
    internal long Deadline { get; set; }

    /// <summary>Whether the server waits for us, so that its silence does not count.</summary>
    internal bool IsPaused { get; set; }

    /// <summary>How many questions are open that the server asks because of the request; touched under the connection's lock.</summary>
    internal int OpenQuestions { get; set; }

    /// <summary>Whether it is a client's call whose fate says something of the server's health.</summary>
    public virtual bool IsMeasured => false;

    /// <summary>Whether it may have a session opened again that the server has forgotten. Probes may not: they would keep sessions alive that nobody uses.</summary>
    public bool MayRenewSession { get; init; } = true;

    /// <summary>Whether the server has said that it has forgotten the session, and none was opened for this.</summary>
    public bool HasFoundNoSession { get; set; }

    /// <summary>When it was sent, as a timestamp of the connection's clock; negative where its time is not taken.</summary>
    internal long SentAt { get; set; } = -1;

    /// <summary>The answer. The bytes are valid during the call only.</summary>
    public abstract void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>Progress of this request.</summary>
    public abstract void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>The call is given up. Says so to the server in its own way, where it has one.</summary>
    /// <returns>Whether it has.</returns>
    public virtual bool TryCancel(UpstreamConnection connection) => false;

    /// <summary>There will be no answer.</summary>
    public abstract void OnFailed(int code, string message);

    /// <summary>There will be no answer, for the server was never asked.</summary>
    /// <param name="message">Why, for people.</param>
    public virtual void OnUnsent(string message) => OnFailed(JsonRpcErrorCode.ServerUnavailable, message);

    /// <summary>There will be no answer: the request was refused on the way.</summary>
    /// <param name="message">Why, for people.</param>
    /// <param name="status">The HTTP status that the server gave; 0 where nothing was heard of it.</param>
    public virtual void OnUndeliverable(string message, int status) => OnFailed(JsonRpcErrorCode.ServerUnavailable, message);
}
