using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>
/// A server process that serves one session alone. Started on first use, initialised with the client's own words;
/// started again on the next use after it ended.
/// </summary>
internal sealed class OwnProcess(GatewayServer server, Session session, UpstreamHost host, TaskKeepers keepers)
{
    private static readonly TimeSpan SubscribeWithin = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _subscriptions = new(StringComparer.Ordinal); // as many as the client has asked for and the server has granted
    private readonly List<Task<Upstream>> _retiring = []; // those whose place was taken, until they have finished their calls
    private Task<Upstream>? _opening;
    private bool _stopped;

    /// <summary>The live upstream.</summary>
    /// <exception cref="ServerLaunchException">It cannot be started.</exception>
    public Task<Upstream> GetAsync()
    {
        lock (_gate)
        {
            if (_stopped)
                throw new ServerLaunchException("The session has ended.");
            // A start that failed is tried again by the next call; one that is under way is shared.
            if (_opening is null or { IsFaulted: true } or { IsCanceled: true } || (_opening.IsCompletedSuccessfully && _opening.Result.Ended.IsCompleted))
                _opening = Task.Run(OpenAsync);
            return _opening;
        }
    }

    /// <summary>The connection to it, while it runs.</summary>
    public UpstreamConnection? Live
    {
        get
        {
            lock (_gate)
                return _opening is { IsCompletedSuccessfully: true, Result: { Ended.IsCompleted: false } upstream } ? upstream.Connection : null;
        }
    }

    /// <summary>
    /// Starts another process beside the one there is, and has it take its place: calls wait for it only where it does not start. Never
    /// faults; completes when nothing of the old one is left.
    /// </summary>
    public async Task RenewAsync()
    {
        Task<Upstream>? old;
        lock (_gate)
            old = _stopped ? null : _opening;
        if (old is null)
            return; // nothing has been started, so whatever is comes by the present definition

        await ((Task)old).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // one that is being started may be by the old one
        Task<Upstream> next;
        lock (_gate)
        {
            if (_stopped)
                return;
            _retiring.Add(next = Task.Run(OpenAsync)); // until its place is known: a stop must not miss one that is being started
        }

        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task<Upstream> superfluous;
        lock (_gate)
        {
            // Two may renew at one time, and a call may have found the old one ended: then there is one that is as new.
            superfluous = _stopped || _opening != old ? next : old;
            if (superfluous == old)
            {
                _opening = next;
                _retiring.Remove(next);
                _retiring.Add(old);
            }
        }

        await EndAsync(superfluous, static upstream => upstream.RetireAsync(CancellationToken.None)).ConfigureAwait(false);
        lock (_gate)
            _retiring.Remove(superfluous);
    }

    /// <summary>The client wants to hear of a resource, or no more: another process in the place of this one is told so, too.</summary>
    public void NoteSubscription(string uri, bool isWanted)
    {
        lock (_gate)
            _ = isWanted ? _subscriptions.Add(uri) : _subscriptions.Remove(uri);
    }

    /// <summary>Ends the process. Never faults.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public async Task StopAsync(CancellationToken force)
    {
        Task<Upstream>[] all;
        lock (_gate)
            (_stopped, all) = (true, _opening is null ? [.. _retiring] : [_opening, .. _retiring]);
        await Task.WhenAll(all.Select(opening => EndAsync(opening, upstream => upstream.StopAsync(force)))).ConfigureAwait(false);
    }

    private static async Task EndAsync(Task<Upstream> opening, Func<Upstream, Task> end)
    {
        try
        {
            var upstream = await opening.ConfigureAwait(false);
            await end(upstream).ConfigureAwait(false);
        }
        catch (Exception failure) when (opening.IsFaulted)
        {
            // It never came up, and nothing is left of it; whoever called it was told.
            _ = failure;
        }
    }

    private async Task<Upstream> OpenAsync()
    {
        var introduction = new Introduction(session.Opening.Parameters, session.ModernMeta);
        var upstream = await OwnUpstream.OpenAsync(server, introduction, new OwnTraffic(server, session, keepers), host).ConfigureAwait(false);
        // Said before there was this process.
        if (session.LogLevel is { } level)
            await LogLevels.TryTellAsync(upstream.Connection, level, host.Logger).ConfigureAwait(false);
        string[] uris;
        lock (_gate)
            uris = [.. _subscriptions];
        await Task.WhenAll(uris.Select(uri => SubscribeAsync(upstream, uri))).ConfigureAwait(false);
        return upstream;
    }

    private async Task SubscribeAsync(Upstream upstream, string uri)
    {
        try
        {
            await upstream.SubscribeAsync(uri, SubscribeWithin).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            host.Logger.ResubscribeFailed(server.Id, uri, failure.Message);
        }
    }
}
