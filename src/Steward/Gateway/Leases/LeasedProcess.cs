using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway.Leases;

/// <summary>A server process that calls of one client use one after the other.</summary>
internal sealed class LeasedProcess(LeaseKey key)
{
    private Task<Upstream>? _opening;
    private LeaseTraffic? _traffic;

    public LeaseKey Key => key;

    /// <summary>Whether somebody has taken it and has not sent his call yet, or ends it. The pool's to touch, like the rest of what changes here.</summary>
    public bool IsTaken { get; set; }

    /// <summary>When it was last used, as a timestamp of the clock.</summary>
    public long LastUsed { get; set; }

    /// <summary>Whether it can be taken. That holds from the very moment in which its call is answered: the next one may be right behind.</summary>
    public bool IsFree => !IsTaken && Connection.CallsInFlight == 0;

    /// <summary>The way to it; to be used once it has been opened.</summary>
    public UpstreamConnection Connection => _opening!.Result.Connection;

    /// <summary>Whether it can do with another call: it lives and takes some, and does not work on one that was given up.</summary>
    public bool IsReusable => _opening is { IsCompletedSuccessfully: true, Result: { Ended.IsCompleted: false, Connection.Load: not null } upstream } && !upstream.Connection.MayWorkForOthersThan(this);

    /// <summary>Starts it.</summary>
    /// <param name="server">The server.</param>
    /// <param name="introduction">Who its client is.</param>
    /// <param name="traffic">Hears what it says of its own accord.</param>
    /// <param name="host">What it takes.</param>
    /// <param name="whenEnded">Called when it has ended.</param>
    /// <exception cref="ServerLaunchException">That failed, and nothing is left of it.</exception>
    public async Task OpenAsync(GatewayServer server, Introduction introduction, LeaseTraffic traffic, UpstreamHost host, Action<LeasedProcess> whenEnded)
    {
        _traffic = traffic;
        _opening = OwnUpstream.OpenAsync(server, introduction, traffic, host);
        var upstream = await _opening.ConfigureAwait(false);
        _ = WatchAsync(upstream, whenEnded); // Ended never faults
    }

    /// <summary>A call has been sent.</summary>
    public void OnCalled() => _traffic!.OnCalled(Connection);

    /// <summary>Ends it. Never faults.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public Task StopAsync(CancellationToken force) => EndAsync(upstream => upstream.StopAsync(force));

    /// <summary>Ends it where another is to be used from now on. Never faults.</summary>
    public Task RetireAsync() => EndAsync(static upstream => upstream.RetireAsync(CancellationToken.None));

    private async Task EndAsync(Func<Upstream, Task> end)
    {
        if (_opening is not { } opening)
            return;
        try
        {
            var upstream = await opening.ConfigureAwait(false);
            await end(upstream).ConfigureAwait(false);
        }
        catch (Exception failure) when (opening.IsFaulted)
        {
            _ = failure; // it never came up, and whoever called it was told
        }
    }

    private async Task WatchAsync(Upstream upstream, Action<LeasedProcess> whenEnded)
    {
        await upstream.Ended.ConfigureAwait(false);
        whenEnded(this);
    }
}
