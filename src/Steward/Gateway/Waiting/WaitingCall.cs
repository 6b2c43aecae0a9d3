using Steward.Wire;

namespace Steward.Gateway.Waiting;

/// <summary>A request that has not been sent, because its server is just being started again. Exactly one of three things ends it: it is sent, refused or withdrawn.</summary>
/// <param name="client">Whose it is.</param>
/// <param name="message">The request; it stays as it is until <see cref="Reply"/> has completed. Empty where there is none yet.</param>
/// <param name="id">Where its id is in it.</param>
/// <param name="bound">How long it may wait.</param>
/// <param name="send">Sends it.</param>
/// <param name="refuse">Answers it in place of the server, with what is to be said beside how the server is.</param>
internal sealed class WaitingCall(GatewayClient client, ReadOnlyMemory<byte> message, ByteRange id, TimeSpan bound, Func<ValueTask<Reply>> send, Func<string, Reply> refuse)
{
    private readonly TaskCompletionSource<Reply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _joinedAt = client.Clock.GetTimestamp();
    private ITimer? _timer;
    private int _isTaken;

    public GatewayClient Client => client;

    /// <summary>Where it waits, once it does.</summary>
    public WaitingLine? Line { get; set; }

    /// <summary>Its place there, the line's to touch.</summary>
    public LinkedListNode<WaitingCall>? Place { get; set; }

    /// <summary>What becomes of the request.</summary>
    public Task<Reply> Reply => _reply.Task;

    public TimeSpan Bound => bound;

    /// <summary>For how long it may wait yet.</summary>
    public TimeSpan Remaining => bound - client.Clock.GetElapsedTime(_joinedAt);

    /// <summary>Whether the client gave the request this id.</summary>
    public bool HasId(ReadOnlySpan<byte> other) => id.Exists && id.Of(message.Span).SequenceEqual(other);

    /// <summary>Whether it is this very message, not only one that reads like it: clients may give their requests the same ids.</summary>
    public bool Is(ReadOnlyMemory<byte> other) => !message.IsEmpty && message.Equals(other);

    /// <summary>Where another in the line is the same request, sent and come back, this one has waited for as long.</summary>
    public void KeepTimeOf(WaitingCall other)
    {
        if (other.Is(message))
            _joinedAt = other._joinedAt;
    }

    /// <summary>Has something done when its time is up.</summary>
    public void Arm(Action<WaitingCall> overdue)
    {
        Volatile.Write(ref _timer, client.Clock.CreateTimer(_ => overdue(this), null, Remaining > TimeSpan.Zero ? Remaining : TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        if (Volatile.Read(ref _isTaken) != 0)
            DisposeTimer(); // it ended meanwhile
    }

    /// <summary>Sends it, in the order of the line: it is on its way to the server when this returns, where that runs for all clients.</summary>
    public void Send()
    {
        if (TryTake())
            _ = SendAsync(); // cannot fault
    }

    /// <summary>Answers it: the server will not be there in time.</summary>
    public void Refuse(string addition)
    {
        if (!TryTake())
            return;
        try
        {
            _reply.TrySetResult(refuse(addition));
        }
        catch (Exception failure) // as when it is sent
        {
            _reply.TrySetException(failure);
        }
    }

    /// <summary>Nobody wants an answer any more; <see langword="false"/> where it has ended already.</summary>
    public bool Withdraw()
    {
        if (!TryTake())
            return false;
        Line?.Remove(this);
        return _reply.TrySetResult(Gateway.Reply.None);
    }

    private bool TryTake()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
            return false;
        DisposeTimer();
        client.Remove(this);
        return true;
    }

    private void DisposeTimer() => Volatile.Read(ref _timer)?.Dispose();

    private async Task SendAsync()
    {
        try
        {
            _reply.TrySetResult(await send().ConfigureAwait(false));
        }
        catch (Exception failure) // its client is told as it would have been without a wait
        {
            _reply.TrySetException(failure);
        }
    }
}
