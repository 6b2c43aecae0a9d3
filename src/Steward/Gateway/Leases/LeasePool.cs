using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway.Leases;

/// <summary>
/// The processes of one server that clients of the modern era use alone. Such a client has no session that could own one, so each
/// call takes one for as long as it lasts, also while it is parked; never one that another client has used.
/// </summary>
internal sealed class LeasePool(GatewayServer server, int limit, Func<LeaseTraffic> listen, UpstreamHost host)
{
    private static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly List<LeasedProcess> _all = []; // the one that was used last is at the end
    // As many as the fronts let wait, each for a bounded time. What a turn brings is a process to use or to replace.
    private readonly Queue<TaskCompletionSource<LeasedProcess>> _waiting = [];
    private bool _hasEnded;

    /// <summary>A process for one call of a client; <see cref="OnCalled"/> must follow.</summary>
    /// <exception cref="ServerLaunchException">It cannot be started, or all there may be are in use for long.</exception>
    public async Task<LeasedProcess> TakeAsync(ModernClient client)
    {
        var key = LeaseKey.Of(client);
        var process = TryTake(key, out var turn) ?? await WaitAsync(turn!).ConfigureAwait(false);
        if (process.Key == key && process.IsReusable)
            return process;
        await process.StopAsync(CancellationToken.None).ConfigureAwait(false); // nothing, where it is a place for a new one
        return await StartAsync(Replace(process, key), client).ConfigureAwait(false);
    }

    /// <summary>Whether whoever comes now has to wait.</summary>
    public bool IsExhausted
    {
        get
        {
            lock (_gate)
                return _all.Count >= limit && !_all.Exists(process => process.IsFree);
        }
    }

    /// <summary>The call has been sent, or has failed before: once it has been answered, the process is free again.</summary>
    public void OnCalled(LeasedProcess process)
    {
        process.OnCalled();
        lock (_gate)
        {
            process.IsTaken = false;
            process.LastUsed = host.Time.GetTimestamp();
            if (_all.Remove(process))
                _all.Add(process);
        }

        _ = FollowAsync(process); // cannot fault
    }

    /// <summary>Ends the processes that nobody has used for a while; all that are free where the server itself is not running.</summary>
    public void Tend()
    {
        List<LeasedProcess> stale;
        lock (_gate)
        {
            stale = _all.FindAll(process => process.IsFree && (server.Run is null || host.Time.GetElapsedTime(process.LastUsed) >= IdleFor));
            foreach (var process in stale)
                process.IsTaken = true;
        }

        foreach (var process in stale)
            _ = EndAsync(process); // cannot fault
    }

    /// <summary>Ends all processes. Never faults.</summary>
    /// <param name="force">When it fires, what is left of their grace is skipped.</param>
    public Task StopAsync(CancellationToken force) => Task.WhenAll(Close().Select(process => process.StopAsync(force)));

    /// <summary>Ends all processes where another pool has taken the place of this one: calls that have not been made yet are for that one. Never faults.</summary>
    public Task RetireAsync() => Task.WhenAll(Close().Select(process => process.RetireAsync()));

    private LeasedProcess[] Close()
    {
        lock (_gate)
        {
            _hasEnded = true;
            while (_waiting.TryDequeue(out var turn))
                turn.TrySetException(Closed());
            return [.. _all];
        }
    }

    private ServerLaunchException Closed() => new($"The processes of server '{server.Id}' are just being ended.");

    /// <summary>Takes a process to use or to replace, or a place for one more: that is taken from here on, so that all who come at once are no more than may be.</summary>
    /// <param name="key">For whom.</param>
    /// <param name="turn">Brings it later, where it is not there now.</param>
    private LeasedProcess? TryTake(LeaseKey key, out TaskCompletionSource<LeasedProcess>? turn)
    {
        turn = null;
        lock (_gate)
        {
            if (_hasEnded || server.IsClosed)
                throw Closed();
            var process = _all.FindLast(free => free.Key == key && free.IsFree && free.IsReusable);
            if (process is null && _all.Count < limit)
                _all.Add(process = new LeasedProcess(key));
            process ??= _all.Find(free => free.IsFree); // of another client: it makes room
            if (process is not null)
            {
                process.IsTaken = true;
                return process;
            }

            turn = new TaskCompletionSource<LeasedProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return null;
        }
    }

    /// <summary>Puts a new process, which is still to be started, in the place of another.</summary>
    private LeasedProcess Replace(LeasedProcess old, LeaseKey key)
    {
        var process = new LeasedProcess(key) { IsTaken = true };
        lock (_gate)
        {
            _all.Remove(old);
            _all.Add(process);
        }

        return process;
    }

    private async Task<LeasedProcess> WaitAsync(TaskCompletionSource<LeasedProcess> turn)
    {
        try
        {
            return await turn.Task.WaitAsync(server.Config.StartupTimeout, host.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var error = new ServerLaunchException($"All {limit} processes of server '{server.Id}' that clients do not share are in use (gateway.limits.leasedProcesses); try again later.");
            if (turn.TrySetException(error))
                throw error;
            return await turn.Task.ConfigureAwait(false); // it came in this very moment
        }
    }

    private async Task<LeasedProcess> StartAsync(LeasedProcess process, ModernClient client)
    {
        try
        {
            await process.OpenAsync(server, LeaseKey.Introduce(client), listen(), host, OnEnded).ConfigureAwait(false);
        }
        catch
        {
            Remove(process);
            throw;
        }

        bool hasEnded;
        lock (_gate)
            hasEnded = _hasEnded;
        if (!hasEnded)
            return process;
        await EndAsync(process).ConfigureAwait(false); // whoever ends all may not have seen it
        throw Closed();
    }

    /// <summary>Waits until a call has been answered, and sees what to do with its process then. Another call may have it by then: that is followed by itself.</summary>
    private async Task FollowAsync(LeasedProcess process)
    {
        await process.Connection.WaitIdleAsync(CancellationToken.None).ConfigureAwait(false);
        lock (_gate)
        {
            if (!process.IsFree || !_all.Contains(process))
                return;
            process.LastUsed = host.Time.GetTimestamp();
            process.IsTaken = true;
            if (process.IsReusable)
            {
                process.IsTaken = TryHandOn(process);
                return;
            }
        }

        // A call that was given up may still be worked on: what it asks would be taken for a question of the next one.
        await EndAsync(process).ConfigureAwait(false);
    }

    /// <summary>Nobody waits for the end of a process that is free; one that is taken is found out by whoever has taken it.</summary>
    private void OnEnded(LeasedProcess process)
    {
        lock (_gate)
        {
            if (process.IsTaken)
                return;
        }

        Remove(process);
    }

    private async Task EndAsync(LeasedProcess process)
    {
        await process.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Remove(process);
    }

    /// <summary>The place of a process that has ended is free again.</summary>
    private void Remove(LeasedProcess process)
    {
        lock (_gate)
        {
            if (_all.Contains(process) && !TryHandOn(process))
                _all.Remove(process);
        }
    }

    /// <summary>Gives a process to whoever has waited longest: to use it if it is the same client, else to put another in its place.</summary>
    private bool TryHandOn(LeasedProcess process)
    {
        while (_waiting.TryDequeue(out var turn))
        {
            process.IsTaken = true;
            if (turn.TrySetResult(process))
                return true;
        }

        return false;
    }
}
