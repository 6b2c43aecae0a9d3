using System.Runtime.CompilerServices;
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
    private readonly Lock _gate = new();
    private readonly HashSet<string> _subscriptions = new(StringComparer.Ordinal); // as many as the client has asked for and the server has granted
    private readonly List<Task<Upstream>> _retiring = []; // those whose place was taken, until they have finished their calls
    private readonly ConditionalWeakTable<Upstream, Told> _told = []; // what each process knows of what the client has said
    private Task<Upstream>? _opening;
    private (Upstream? Spent, Task Ending) _last = (null, Task.CompletedTask);
    private bool _stopped;

    /// <summary>The live upstream. One that takes nothing any more is waited for until it is gone, for as long as calls wait: there are never two.</summary>
    /// <exception cref="ServerLaunchException">It cannot be started.</exception>
    public Task<Upstream> GetAsync() => EndOfSpent() is { IsCompleted: false } ending ? OpenAfterAsync(ending) : Open();

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
    /// Starts another process beside the one there is, and has it take its place; where it does not start, the old one keeps that. Never
    /// faults; completes when nothing is left of the one that is not needed any more.
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
        var superfluous = Switch(old, next);
        if (superfluous == old)
            await TellAsync(await next.ConfigureAwait(false)).ConfigureAwait(false); // what was said to the old one meanwhile
        else if (old.IsCompletedSuccessfully && next.Exception is { InnerException: { } failure })
            host.Logger.OwnNotRenewed(server.Id, failure.Message);
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

    private async Task<Upstream> OpenAfterAsync(Task ending)
    {
        try
        {
            await ending.WaitAsync(server.Patience, host.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ServerLaunchException(
                $"The process of server '{server.Id}' for this session has ended, and what is left of it was still there after {server.Patience.TotalSeconds:0.###} s (queueMs); try again later.");
        }

        return await Open().ConfigureAwait(false);
    }

    private Task<Upstream> Open()
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

    /// <summary>The end of a process that takes nothing any more, though something of it is left: one that lives on like that is ended here. Of one that ends by itself callers are to hear how.</summary>
    private Task EndOfSpent()
    {
        lock (_gate)
        {
            if (_stopped || _opening is not { IsCompletedSuccessfully: true, Result: { Ended.IsCompleted: false, Connection.Load: null } spent })
                return Task.CompletedTask;
            if (_last.Spent != spent)
                _last = (spent, spent.IsEnding ? spent.Ended : Task.Run(() => spent.StopAsync(CancellationToken.None)));
            return _last.Ending;
        }
    }

    /// <summary>Gives the next process the place of the old one.</summary>
    /// <returns>The one that has none.</returns>
    private Task<Upstream> Switch(Task<Upstream> old, Task<Upstream> next)
    {
        lock (_gate)
        {
            // Two may renew at one time, and a call may have found the old one ended: then there is one that is as new.
            if (_stopped || _opening != old || !next.IsCompletedSuccessfully)
                return next;
            _opening = next;
            _retiring.Remove(next);
            _retiring.Add(old);
            return old;
        }
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
        var traffic = new OwnTraffic(server, session, keepers);
        var upstream = await OwnUpstream.OpenAsync(server, introduction, traffic, host).ConfigureAwait(false);
        traffic.Renewed = () => _ = TellAnewAsync(upstream); // cannot fault
        await TellAsync(upstream).ConfigureAwait(false);
        return upstream;
    }

    private async Task TellAnewAsync(Upstream upstream)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // whoever says so is to read on
        _told.Remove(upstream);
        await TellAsync(upstream).ConfigureAwait(false);
    }

    /// <summary>Tells a process what the client has said before there was this one, as far as it does not know it yet. Never faults.</summary>
    private async Task TellAsync(Upstream upstream)
    {
        var told = _told.GetValue(upstream, static _ => new Told());
        if (session.LogLevel is { } level && told.Level != level)
        {
            told.Level = level;
            await LogLevels.TryTellAsync(upstream.Connection, level, host.Logger).ConfigureAwait(false);
        }

        string[] begun;
        string[] ended;
        lock (_gate)
        {
            (begun, ended) = ([.. _subscriptions.Except(told.Uris)], [.. told.Uris.Except(_subscriptions)]);
            told.Uris = [.. _subscriptions];
        }

        await Task.WhenAll(begun.Select(uri => SubscriptionUpkeep.BeginAsync(server, upstream, uri, host.Logger))
            .Concat(ended.Select(uri => SubscriptionUpkeep.EndAsync(server, upstream, uri, host.Logger)))).ConfigureAwait(false);
    }

    private sealed class Told
    {
        public LogSeverity? Level { get; set; }

        /// <summary>Guarded by the gate.</summary>
        public IReadOnlyCollection<string> Uris { get; set; } = [];
    }
}
