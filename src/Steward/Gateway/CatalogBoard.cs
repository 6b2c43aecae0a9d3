using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Steward.Catalog;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>
/// Keeps the merged catalogs true: follows the servers' statuses and lists, and tells those who listen what has changed. Owned
/// by one loop.
/// </summary>
internal sealed class CatalogBoard(McpServerManager manager, ServerDirectory servers, IReadOnlyList<MergedView> views, ListenerTable listeners, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    // A client that lists while servers are just being started waits so long at most: better whole than at once, better
    // at once than late.
    private static readonly TimeSpan FirstStarts = TimeSpan.FromSeconds(3);

    // Full means that a look is due anyway.
    private readonly Channel<bool> _looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<GatewayServer, (UpstreamRun Run, int Renewals)> _runs = [];
    private TaskCompletionSource _nextLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstStarts = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ConditionalWeakTable<UpstreamRun, StrongBox<int>> _begun = []; // at which of its renewals each was last set up
    // Of runs that were set up before they got the place of others: which resources they report on already.
    private readonly ConditionalWeakTable<UpstreamRun, IReadOnlyList<string>> _prepared = [];
    private IReadOnlyList<GatewayServer> _seen = [];
    private Task _following = Task.CompletedTask;

    /// <summary>Completes when every server has come up or failed once, or after a short while.</summary>
    public Task FirstStartsSettled => _firstStarts.Task;

    /// <summary>Tells when there may be other servers, other definitions of them, or other lists.</summary>
    public ChangeSignal Changes { get; } = new();

    /// <summary>Called before a run's first word is routed: sets it up as its clients want it.</summary>
    public Func<GatewayServer, UpstreamRun, Task>? RunBegan { get; set; }

    public void Start() => _following = Task.WhenAll(FollowStatusesAsync(), LookAsync(), LimitFirstStartsAsync());

    /// <summary>A client uses one of the lists of all servers: those that have grown stale are read again.</summary>
    public void OnUsed(CatalogKind kind)
    {
        foreach (var server in servers.All)
            server.Run?.OnListUsed(kind);
    }

    /// <summary>Completes when the merged catalogs know of all that has become of the servers up to now, or when nobody looks any more.</summary>
    public Task CatchUpAsync()
    {
        var look = Volatile.Read(ref _nextLook); // which begins only after this
        Look();
        return Task.WhenAny(look.Task, _following);
    }

    /// <summary>
    /// Completes when a condition holds, which is looked at again whenever the merged catalogs have changed; or when there is nothing to wait for any more.
    /// Never faults.
    /// </summary>
    /// <param name="condition">The condition.</param>
    /// <param name="end">Completes when there is nothing to wait for.</param>
    public async Task WaitAsync(Func<bool> condition, Task end)
    {
        if (end.IsCompleted)
            return;
        // Full means that a look is due anyway.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        Changes.Add(changes.Writer);
        while (!condition() && !end.IsCompleted && !Changes.IsOver)
        {
            await Task.WhenAny(end, changes.Reader.WaitToReadAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
            changes.Reader.TryRead(out _);
        }

        Changes.Remove(changes.Writer);
    }

    /// <summary>Sets a run up as its clients want it before it takes the place of another, so that they miss nothing. Never faults.</summary>
    public async Task PrepareAsync(GatewayServer server, IUpstreamRun run)
    {
        var uris = server.Subscriptions.Uris;
        var begun = run.All.Select(one => RunBegan?.Invoke(server, one) ?? Task.CompletedTask);
        if (run.Lead is not { } lead)
            return;
        await Task.WhenAll(begun.Append(SubscribeAsync(server, lead, uris))).ConfigureAwait(false);
        _prepared.Add(lead, uris);
    }

    /// <summary>Something may have changed.</summary>
    public void Look() => _looks.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _firstStarts.TrySetResult();
        Changes.Complete();
        _lifetime.Dispose();
    }

    private async Task FollowStatusesAsync()
    {
        await foreach (var _ in manager.WatchAsync(_lifetime.Token).ConfigureAwait(false))
            Look();
    }

    private async Task LimitFirstStartsAsync()
    {
        await Task.Delay(FirstStarts, clock, _lifetime.Token).ConfigureAwait(false);
        _firstStarts.TrySetResult();
    }

    private async Task LookAsync()
    {
        await foreach (var _ in _looks.Reader.ReadAllAsync(_lifetime.Token).ConfigureAwait(false))
        {
            var look = Interlocked.Exchange(ref _nextLook, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            try
            {
                Refresh();
            }
            catch (Exception failure) // a bug of ours: the next change must be seen all the same
            {
                logger.MergeFailed(failure);
            }

            look.TrySetResult();
            foreach (var server in servers.All)
            {
                server.Line.Review(); // after the lists: who waits knows what he waits for
                if (server.Status.StartsOnCall && server.IsHeld)
                    server.Managed.Call(); // somebody came in the moment in which it was put to rest: of one that rests he would hear nothing
            }
        }
    }

    private void Refresh()
    {
        var all = servers.All;
        var haveStarted = all.All(server => HasSettled(server.Status)); // before their lists are looked at: one that comes up in between is not in them
        var changed = !ReferenceEquals(all, _seen);
        foreach (var gone in changed ? [.. _runs.Keys.Except(all)] : Array.Empty<GatewayServer>())
            _runs.Remove(gone);
        _seen = all;
        foreach (var server in all)
            changed |= RefreshServer(server);
        if (changed)
        {
            Merge();
            Changes.Raise();
        }

        if (haveStarted)
            _firstStarts.TrySetResult();
    }

    private bool RefreshServer(GatewayServer server)
    {
        var run = server.Run;
        if (run is not null && _runs.GetValueOrDefault(server) != (run, run.Connection.Renewals))
        {
            _runs[server] = (run, run.Connection.Renewals);
            server.ReportIsolation();
            _ = RestoreSubscriptionsAsync(server, run);
        }

        foreach (var one in server.Runs)
            Begin(server, one);
        var catalog = server.Offered;
        if (catalog == server.Announced)
            return false;
        CatalogKind[] differences = [.. catalog.Differences(server.Announced)];
        var isOtherwise = !catalog.LastsAs(server.Announced); // which clients are told with the list, not of
        server.Announced = catalog;
        if (differences.Length == 0)
            return isOtherwise;
        foreach (var listener in listeners.All)
        {
            if (listener.Endpoint is ServerEndpoint endpoint && endpoint.Server == server)
                listener.OnListsChanged(differences);
        }

        return true;
    }

    private void Begin(GatewayServer server, UpstreamRun run)
    {
        var begun = _begun.GetValue(run, static _ => new StrongBox<int>(-1));
        if (begun.Value == run.Connection.Renewals)
            return;
        begun.Value = run.Connection.Renewals;
        _ = RunBegan?.Invoke(server, run); // observed there: it cannot fault
    }

    private void Merge()
    {
        foreach (var view in views)
        {
            var differences = view.Merge();
            foreach (var listener in differences.Length == 0 ? [] : listeners.All)
            {
                if (listener.Endpoint is MergedEndpoint endpoint && endpoint.View == view)
                    listener.OnListsChanged(differences);
            }
        }
    }

    /// <summary>A server that was started again, or forgot its session, has forgotten who wanted to hear of what. Never faults.</summary>
    private Task RestoreSubscriptionsAsync(GatewayServer server, UpstreamRun run)
    {
        var known = run.Connection.Renewals == 0 && _prepared.TryGetValue(run, out var uris) ? uris : [];
        return SubscribeAsync(server, run, server.Subscriptions.Uris.Except(known));
    }

    private Task SubscribeAsync(GatewayServer server, UpstreamRun run, IEnumerable<string> uris) =>
        Task.WhenAll(uris.Select(uri => SubscriptionUpkeep.BeginAsync(server, run.Upstream, uri, logger)));

    private static bool HasSettled(ServerStatus status) => status.State == ServerState.Disabled || status.StartsOnCall || (status.State != ServerState.Starting && status.Transitions > 0);
}
