using Steward.Wire;

namespace Steward.Upstreams;

/// <content>The calls that wait for answers.</content>
internal sealed partial class UpstreamConnection
{
    private const int NameScratch = 640;

    // Calls that were given up but that the server may still be working on, newest last. What the server asks of its own
    // accord might belong to them, so they count when a request is assigned to a client.
    private const int MaxAbandoned = 256;
    private static readonly TimeSpan AbandonedFor = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, PendingCall> _pending = [];
    private readonly Dictionary<long, (object? Client, long Since)> _abandoned = [];
    private int _goingOn; // calls that were just answered and may go on, or are just being given up
    private long _lastId;
    private TaskCompletionSource? _idle;
    private string? _closedBecause;
    private bool _isRetired;

    /// <summary>How many calls wait for answers.</summary>
    public int CallsInFlight
    {
        get
        {
            lock (_gate)
                return _pending.Count + _goingOn;
        }
    }

    /// <summary>Whether another connection has taken its place.</summary>
    public bool IsRetired
    {
        get
        {
            lock (_gate)
                return _isRetired;
        }
    }

    /// <summary>Another connection has taken its place: from now on it refuses those calls that can be made there as well.</summary>
    public void Retire()
    {
        lock (_gate)
            Volatile.Write(ref _isRetired, true);
    }

    /// <summary>Completes when no call waits for an answer any more.</summary>
    public Task WaitIdleAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_pending.Count + _goingOn == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Sends a request of a client under an id and a progress token of ours. The bytes are copied before it returns; the call is
    /// told everything else, also when the server takes no requests for a while or for ever.
    /// </summary>
    /// <param name="call">Hears the answer.</param>
    /// <param name="message">The request as the client sent it.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="name">What replaces <c>params.name</c> or <c>params.uri</c>, as JSON; empty leaves it.</param>
    /// <param name="additions">What the request gets beside what the client wrote.</param>
    /// <returns>Whether the call is made: <see langword="false"/> only where it must be alone and would not be, or could be made elsewhere and is to be.</returns>
    public bool Call(PendingCall call, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ReadOnlySpan<byte> name = default, RequestAdditions additions = default)
    {
        var room = name.Length + additions.Length + 64;
        var edits = new FrameEdits(room <= NameScratch ? stackalloc byte[NameScratch] : new byte[room]);
        if (!TryRegister(call, out var closedBecause))
        {
            if (closedBecause is null)
                return false;
            call.OnUnsent(closedBecause);
            return true;
        }

        edits.Replace(envelope.Id, call.UpstreamId);
        edits.Replace(envelope.ProgressToken, call.UpstreamId);
        if (!name.IsEmpty)
            edits.Replace(envelope.Target, name);
        additions.AddTo(ref edits, message, envelope);
        if (envelope.ProtocolVersion.Exists && Server.Era == ProtocolEra.Legacy)
            ModernMeta.CutFrom(ref edits, message, envelope);
        Deliver(call, message, edits);
        return true;
    }

    /// <summary>Makes a request of Steward's own.</summary>
    /// <returns>The <c>result</c>.</returns>
    /// <exception cref="UpstreamErrorException">The server answered with an error, or not in time, or went away.</exception>
    public Task<byte[]> RequestAsync(string method, ReadOnlyMemory<byte> parameters, TimeSpan timeout, CancellationToken cancellationToken) =>
        RequestAsync(new ControlCall(timeout), method, parameters, cancellationToken);

    /// <summary>Makes a request of Steward's own for somebody who means the server, not this run of it.</summary>
    /// <returns>The <c>result</c>; <see langword="null"/> where this connection takes no requests any more: nothing was sent, and the next run is to be asked.</returns>
    /// <exception cref="UpstreamErrorException">The server answered with an error, or not in time, or went away.</exception>
    public async Task<byte[]?> TryRequestAsync(string method, ReadOnlyMemory<byte> parameters, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new ControlCall(timeout) { MayBeElsewhere = true, IsForPerson = true };
        try
        {
            return await RequestAsync(call, method, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamErrorException) when (call.MayBeElsewhere) // nobody has taken it
        {
            return null;
        }
    }

    /// <summary>Sends a request of Steward's own; the call is told the rest. Whoever gives it up cancels or forgets it.</summary>
    public void Send(PendingCall call, string method, ReadOnlySpan<byte> parameters) => Send(call, method, parameters, Meta.Span);

    /// <summary>The same for a client: what the request has in its <c>_meta</c> says so.</summary>
    public void Send(PendingCall call, string method, ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> meta)
    {
        if (!TryRegister(call, out var closedBecause))
        {
            call.OnUnsent(closedBecause ?? $"Server '{ServerId}' was replaced by its new version.");
            return;
        }

        var message = JsonRpcWriter.Request(call.UpstreamId, method, parameters);
        var additions = new RequestAdditions(meta, default);
        if (additions.IsEmpty)
        {
            Deliver(call, message, default);
            return;
        }

        var edits = new FrameEdits(new byte[additions.Length]);
        additions.AddTo(ref edits, message, JsonRpcEnvelope.Parse(message));
        Deliver(call, message, edits);
    }

    /// <summary>Waits no longer for an answer, without a word to the server: it may not know what is meant.</summary>
    public void Forget(PendingCall call) => Abandon(call);

    /// <summary>Gives a call up and tells the server so. Nothing happens where it has ended already.</summary>
    public void Cancel(PendingCall call, string reason)
    {
        HoldOn();
        try
        {
            if (Abandon(call) && !call.TryCancel(this))
                PostCancelled(call.UpstreamId, reason);
        }
        finally
        {
            LetGo();
        }
    }

    /// <summary>Gives a call up and passes the client's own words on to the server.</summary>
    public void Cancel(PendingCall call, ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        HoldOn();
        try
        {
            if (!Abandon(call) || call.TryCancel(this))
                return;
            var edits = new FrameEdits(stackalloc byte[32]);
            edits.Replace(envelope.RequestId, call.UpstreamId);
            Post(notification, edits);
        }
        finally
        {
            LetGo();
        }
    }

    /// <summary>
    /// A call whose answer was not the end of it goes on to wait under its id, and without a limit of time: it is for others to say when
    /// it ends.
    /// </summary>
    /// <returns>Whether it can: not where the server is gone.</returns>
    public bool TryResume(PendingCall call)
    {
        lock (_gate)
        {
            (call.IsPaused, call.Deadline) = (true, long.MaxValue);
            return _closedBecause is null && _pending.TryAdd(call.UpstreamId, call);
        }
    }

    /// <summary>Ends a call from here; <see langword="false"/> where it has ended already.</summary>
    public bool TryEnd(PendingCall call)
    {
        lock (_gate)
        {
            if (!IsPending(call))
                return false;
            _pending.Remove(call.UpstreamId);
            SignalIdle();
            return true;
        }
    }

    /// <summary>Ends every call, now and from now on: the server is gone.</summary>
    public void FailAll(string reason)
    {
        PendingCall[] calls;
        lock (_gate)
        {
            _closedBecause ??= reason;
            calls = [.. _pending.OrderBy(pair => pair.Key).Select(pair => pair.Value)]; // those that are made again keep their order
            _pending.Clear();
            _abandoned.Clear();
            SignalIdle();
        }

        foreach (var call in calls)
            call.OnFailed(JsonRpcErrorCode.ServerUnavailable, reason);
    }

    /// <param name="call">The call.</param>
    /// <param name="closedBecause">Why no call can be made; <see langword="null"/> where this one alone cannot.</param>
    private bool TryRegister(PendingCall call, out string? closedBecause)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            closedBecause = _isRetired && call.MayBeElsewhere ? null : _closedBecause;
            if (closedBecause is not null || (_isRetired && call.MayBeElsewhere) || (call.MustBeAlone && WorksForAnybody()))
                return false;
            call.MayBeElsewhere = false; // what follows from it belongs here
            call.UpstreamId = ++_lastId;
            call.RegisteredAt = now;
            (call.IsPaused, call.OpenQuestions) = (false, 0); // of an earlier connection
            _pending.Add(call.UpstreamId, call);
            if (call.IsUse)
                (_wasUsed, _lastUsed) = (true, now);
            SetDeadline(call, now);
            if (call.IsMeasured)
                call.SentAt = now;
            return true;
        }
    }

    private void Deliver(PendingCall call, ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        try
        {
            var sending = SendAsync(message, edits, call);
            if (!sending.IsCompletedSuccessfully)
                _ = ObserveAsync(call, sending); // the caller waits for the answer, not for this
        }
        catch (LinkClosedException closed)
        {
            NoteDeaf();
            if (Take(call.UpstreamId) is not null)
                call.OnUnsent(Refused(closed));
        }
    }

    private async Task ObserveAsync(PendingCall call, ValueTask sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (LinkClosedException closed)
        {
            NoteDeaf();
            if (Take(call.UpstreamId) is not null)
                call.OnFailed(JsonRpcErrorCode.ServerUnavailable, Refused(closed)); // nobody knows how much of it has arrived
        }
    }

    private string Refused(LinkClosedException closed) => $"Server '{ServerId}' takes no requests: {closed.Message}";

    private void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Error.Exists)
            Volatile.Write(ref _errors, _errors + 1);
        if (!TryReadId(envelope.Id.Of(message), out var id) || Take(id, isAnswered: true) is not { } call)
        {
            StrayMessages++;
            return;
        }

        NoteAnswer(call, message, envelope);
        try
        {
            call.OnResponse(message, envelope);
        }
        finally
        {
            if (call.MayGoOn)
                LetGo();
        }
    }

    private void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        PendingCall? call = null;
        if (TryReadId(envelope.ProgressToken.Of(message), out var id))
        {
            lock (_gate)
            {
                if (_pending.TryGetValue(id, out call))
                    SetDeadline(call, _lastReceived);
            }
        }

        if (call is not null)
        {
            Volatile.Write(ref _lastAnswered, _lastReceived);
            call.OnProgress(message, envelope);
        }
        else if (!_handler.OnLateProgress(this, id, message, envelope))
        {
            StrayMessages++;
        }
    }

    private PendingCall? Take(long id, bool isAnswered = false)
    {
        lock (_gate)
        {
            if (!_pending.Remove(id, out var call))
                _abandoned.Remove(id);
            else if (isAnswered && call.MayGoOn)
                _goingOn++;
            if (call is { IsUse: true })
                _lastUsed = Math.Max(_lastUsed, _lastReceived); // the answer that is being read
            SignalIdle();
            return call;
        }
    }

    /// <summary>Keeps the connection from being idle until <see cref="LetGo"/>: whoever closes it then is not to cut off what is still to be said.</summary>
    public void HoldOn()
    {
        lock (_gate)
            _goingOn++;
    }

    public void LetGo()
    {
        lock (_gate)
        {
            _goingOn--;
            SignalIdle();
        }
    }

    private void SignalIdle()
    {
        if (_idle is not null && _pending.Count + _goingOn == 0)
        {
            _idle.SetResult();
            _idle = null;
        }
    }

    private bool Abandon(PendingCall call)
    {
        lock (_gate)
        {
            if (!IsPending(call))
                return false;
            _pending.Remove(call.UpstreamId);
            call.IsWithdrawn = true;
            if (_abandoned.Count >= MaxAbandoned)
                _abandoned.Remove(_abandoned.Keys.Min());
            _abandoned[call.UpstreamId] = (call.Client, _time.GetTimestamp());
            SignalIdle();
            return true;
        }
    }

    /// <summary>Whether it is this very call that has its id here: one that has moved to another connection may have the id of somebody else's.</summary>
    private bool IsPending(PendingCall call) => _pending.TryGetValue(call.UpstreamId, out var found) && found == call;

    private void PostCancelled(long id, string reason) =>
        Post(JsonRpcWriter.Notification("notifications/cancelled", JsonRpcWriter.Object(json =>
        {
            json.WriteNumber("requestId"u8, id);
            json.WriteString("reason"u8, reason);
        })));
}
