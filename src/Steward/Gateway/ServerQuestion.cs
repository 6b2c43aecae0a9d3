using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Something that a client was asked and has not answered yet.</summary>
/// <param name="connection">The server that wants to know.</param>
/// <param name="cause">The client's request during which it was asked; <see langword="null"/> where that is not known.</param>
internal abstract class ServerQuestion(UpstreamConnection connection, Exchange? cause)
{
    private bool _holds;

    public UpstreamConnection Connection => connection;

    /// <summary>Whether it belongs to <see cref="Cause"/> for certain, and not only most likely.</summary>
    public bool IsCertain { get; init; }

    public Exchange? Cause => cause;

    /// <summary>The server's id for it, as JSON; empty where the server did not ask by a request.</summary>
    public virtual ReadOnlySpan<byte> Id => [];

    /// <summary>It is put to the client: until it is released, the time of the request stands still.</summary>
    public void Hold()
    {
        if (cause is null)
            return;
        _holds = true;
        connection.HoldTimeout(cause, cause.AnswerWithin);
    }

    /// <summary>It is open no more.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _holds, false))
            connection.ReleaseTimeout(cause!);
    }

    /// <summary>Takes the answer, a result or an error. Called at most once.</summary>
    public abstract void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>Takes the client's progress with it.</summary>
    public abstract void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>There will be no answer: the session has ended.</summary>
    public abstract void OnSessionEnded();
}
