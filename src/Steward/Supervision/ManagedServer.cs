using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>
/// A server of the manager, as the other rooms see it. Everybody may read. Its supervisor writes how it is defined and
/// what runs, and the manager that it leaves; who waits for it counts himself, and the gateway says whether somebody relies on it.
/// </summary>
internal sealed class ManagedServer(ServerConfig config, StatusBoard board, ServerOrigin origin = ServerOrigin.Declared, ServerDefaults? defaults = null)
{
    private readonly ServerDefaults _defaults = defaults ?? new();
    private Definition _definition = Definition.Of(config, defaults ?? new());
    private Definition? _next;
    private IServerRun? _current;
    private ServerStatus? _last;
    private bool _isLeaving;
    private long _retryDueAt;
    private int _waiting;

    public string Id { get; } = config.Id;

    /// <summary>How it is defined now, as somebody has said it.</summary>
    public ServerConfig Config
    {
        get => Volatile.Read(ref _definition).Said;
        set => Volatile.Write(ref _definition, _next is { } next && ReferenceEquals(next.Said, value) ? next : Definition.Of(value, _defaults));
    }

    /// <summary>The same with what the manager says where the definition does not: how the server is run.</summary>
    public ServerConfig Meant => Volatile.Read(ref _definition).Meant;

    /// <summary>How it is to be defined once a run that is being started beside the present one has its place; <see langword="null"/> where there is none.</summary>
    public ServerConfig? Next
    {
        get => Volatile.Read(ref _next)?.Said;
        set => Volatile.Write(ref _next, value is null ? null : Definition.Of(value, _defaults));
    }

    /// <summary>The next definition as it is meant.</summary>
    public ServerConfig? MeantNext => Volatile.Read(ref _next)?.Meant;

    /// <summary>What was last asked of it, as somebody has said it: to be compared with what is to be.</summary>
    public ServerConfig Wanted => Next ?? Config;

    /// <summary>Who says that it is there.</summary>
    public ServerOrigin Origin { get; set; } = origin;

    /// <summary>The run that may be used: there is one exactly while the server is <see cref="ServerState.Running"/>.</summary>
    public IServerRun? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    // The last is kept before the board forgets it: who finds it nowhere has looked for it just too early.
    public ServerStatus Status => Volatile.Read(ref _last) ?? board.Find(Id) ?? Volatile.Read(ref _last)!;

    /// <summary>Whether it is being removed, or has been: nothing of it may be started any more.</summary>
    public bool IsLeaving
    {
        get => Volatile.Read(ref _isLeaving);
        set => Volatile.Write(ref _isLeaving, value);
    }

    /// <summary>Whether nothing of it may be used: it is being removed, or is disabled.</summary>
    public bool IsClosed => IsLeaving || Config.Disabled;

    /// <summary>When it is started again, where it waits for that: a timestamp of the clock, whatever the time of day is set to.</summary>
    public long RetryDueAt
    {
        get => Volatile.Read(ref _retryDueAt);
        set => Volatile.Write(ref _retryDueAt, value);
    }

    /// <summary>Says that a call wants it: one that rests is started. Returns at once.</summary>
    public Action Call { get; set; } = static () => { };

    /// <summary>Whether somebody relies on it though he calls nothing just now.</summary>
    public Func<bool> IsHeld { get; set; } = static () => false;

    /// <summary>Whether somebody waits for it to be there, or relies on it: then it is started again when it fails, also where only calls start it.</summary>
    public bool IsWanted => Volatile.Read(ref _waiting) > 0 || IsHeld();

    /// <summary>How long a call may wait for it. Where calls start it that takes as long as a start may.</summary>
    public TimeSpan Patience => Meant.MayRest ? Meant.QueueTimeout + Meant.StartupTimeout : Meant.QueueTimeout;

    /// <summary>Some more, or less, wait for it to be there.</summary>
    public void CountWaiting(int change) => Interlocked.Add(ref _waiting, change);

    /// <summary>What a call may hope for.</summary>
    /// <param name="isThere">Whether a run takes it.</param>
    /// <param name="remaining">For how long it may wait, of its <see cref="Patience"/>.</param>
    /// <param name="clock">The clock.</param>
    public ServerProspect ProspectOf(bool isThere, TimeSpan remaining, TimeProvider clock)
    {
        if (IsClosed)
            return ServerProspect.None;
        if (isThere)
            return ServerProspect.Ready;
        if (remaining <= TimeSpan.Zero)
            return ServerProspect.None;
        var status = Status;
        if (status.StartsOnCall)
            return ServerProspect.Resting;
        var isComing = status.State switch
        {
            ServerState.Starting or ServerState.Running => true, // the latter: a run comes and goes a moment before the status says so
            ServerState.Stopping => status.IsComingBack,
            // The time for a start is for that alone, not for the wait before one.
            ServerState.Restarting => status.NextRetryAt is null || clock.GetElapsedTime(clock.GetTimestamp(), RetryDueAt) <= remaining - (Patience - Meant.QueueTimeout),
            _ => false,
        };
        return isComing ? ServerProspect.Coming : ServerProspect.None;
    }

    /// <summary>Takes it off the board. What still holds it finds its last status here.</summary>
    public void Leave()
    {
        Volatile.Write(ref _last, board.Find(Id) is { } last ? last with { IsRemoved = true } : null);
        board.Leave(Id);
    }

    private sealed record Definition(ServerConfig Said, ServerConfig Meant)
    {
        public static Definition Of(ServerConfig said, ServerDefaults defaults) => new(said, defaults.Over(said));
    }
}
