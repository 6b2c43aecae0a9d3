namespace Steward.Upstreams;

/// <content>Whose the calls are.</content>
internal sealed partial class UpstreamConnection
{
    /// <summary>The calls of a kind that wait for their answers.</summary>
    public IReadOnlyList<TCall> CallsOf<TCall>()
        where TCall : PendingCall
    {
        lock (_gate)
            return [.. _pending.Values.OfType<TCall>()];
    }

    /// <summary>The call that waits for its answer under an id, as JSON; <see langword="null"/> where none does.</summary>
    public PendingCall? FindCall(ReadOnlySpan<byte> id)
    {
        if (!TryReadId(id, out var number))
            return null;
        lock (_gate)
            return _pending.GetValueOrDefault(number);
    }

    /// <summary>Whether a call like this waits for its answer.</summary>
    public bool AnyCall(Func<PendingCall, bool> predicate)
    {
        lock (_gate)
            return _pending.Values.Any(predicate);
    }

    /// <summary>
    /// The newest call of the only client whose calls the server can be working on; <see langword="null"/> where there is none, or
    /// where there are several.
    /// </summary>
    /// <param name="several">Whether more than one client has calls.</param>
    public PendingCall? FindSoleCaller(out bool several)
    {
        PendingCall? newest = null;
        several = false;
        lock (_gate)
        {
            if (_within is { } request && _pending.TryGetValue(request, out var cause) && cause.Client is not null)
                return cause; // its own stream says so
            foreach (var call in _pending.Values)
            {
                if (call.Client is null)
                    continue;
                several |= newest is not null && newest.Client != call.Client;
                if (newest is null || call.UpstreamId > newest.UpstreamId)
                    newest = call;
            }

            foreach (var (client, since) in _abandoned.Values)
                several |= client is not null && newest is not null && newest.Client != client && _time.GetElapsedTime(since) < AbandonedFor;
        }

        return several ? null : newest;
    }

    /// <summary>Whether what the server says now belongs to a call for certain: its own stream says so, or there is no other.</summary>
    public bool IsAtWorkForOnly(PendingCall call)
    {
        lock (_gate)
        {
            return _within == call.UpstreamId
                || (_pending.Values.All(other => other == call || !other.MayCauseQuestions)
                    && _abandoned.Values.All(other => other.Client is null || _time.GetElapsedTime(other.Since) >= AbandonedFor));
        }
    }

    /// <summary>Whether the server may be working on calls of somebody else, also on such as were given up.</summary>
    public bool MayWorkForOthersThan(object client)
    {
        lock (_gate)
        {
            return _pending.Values.Any(call => call.Client is { } caller && caller != client)
                || _abandoned.Values.Any(call => call.Client is { } caller && caller != client && _time.GetElapsedTime(call.Since) < AbandonedFor);
        }
    }

    private bool WorksForAnybody() =>
        _pending.Values.Any(call => call.Client is not null) || _abandoned.Values.Any(call => call.Client is not null && _time.GetElapsedTime(call.Since) < AbandonedFor);
}
