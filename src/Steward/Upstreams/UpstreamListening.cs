using System.Buffers.Text;
using System.Collections.Frozen;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Keeps one <c>subscriptions/listen</c> request open at a server of the modern era: for the lists whose changes it announces and the
/// resources that somebody wants to hear of. Owned by one loop; when the wish changes a new request is acknowledged before the old
/// one is given up, so that nothing is missed. Over Streamable HTTP each has a stream of its own, and what was said on the old one may
/// arrive after that: there both are heard for a moment, and a change may be told twice. See
/// <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions"/>.
/// </summary>
internal sealed class UpstreamListening : IAsyncDisposable
{
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    private readonly UpstreamConnection _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private readonly List<Wish> _wishes = [];
    // Full means that a look is due anyway.
    private readonly Channel<bool> _looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _lifetime = new();
    private Task _keeping = Task.CompletedTask;
    private ListenCall? _opening;
    private ListenCall? _current;
    private ListenCall? _retiring; // the one before, while what it said may still be under way
    private long _retiringSince;
    private bool _mayHaveMissed;
    private bool _over;
    private IReadOnlySet<string> _heard = FrozenSet<string>.Empty; // what the server has last agreed to; the loop's own, as what follows
    private readonly Stack<string[]> _apart = []; // resources that are asked for by themselves, for the server refused them with others

    public UpstreamListening(UpstreamConnection connection, TimeProvider time, ILogger logger) => (_connection, _time, _logger) = (connection, time, logger);

    /// <summary>Called when lists may have changed unheard: what is known of them must be read again.</summary>
    public Action? Missed { get; set; }

    /// <summary>Makes the first request, if there is anything to hear of yet. What the server says must find its way here already.</summary>
    public void Start() => _keeping = KeepAsync();

    /// <summary>Begins to hear of a resource; returns when the server has agreed to that.</summary>
    /// <exception cref="UpstreamErrorException">It has not.</exception>
    public async Task SubscribeAsync(string uri, CancellationToken cancellationToken)
    {
        var wish = new Wish(uri);
        lock (_gate)
        {
            if (_over)
                throw Gone();
            if (!_wanted.Add(uri) && _current is { Acknowledged: { IsCompletedSuccessfully: true, Result: var heard } } && heard.Contains(uri))
                return;
            _wishes.Add(wish);
        }

        _looks.Writer.TryWrite(true);
        try
        {
            await wish.Granted.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _wishes.Remove(wish); // the resource stays wanted until somebody says otherwise
            throw;
        }
    }

    public void Unsubscribe(string uri)
    {
        lock (_gate)
            _wanted.Remove(uri);
        _looks.Writer.TryWrite(true);
    }

    /// <summary>The lists were just read: what changed in them before the server agreed to tell is known.</summary>
    public void OnListsRead()
    {
        lock (_gate)
            _mayHaveMissed = _current is null;
    }

    /// <summary>Whether a notification with this tag is to be heard: where order is kept, of two requests that overlap the newer one counts.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> subscription)
    {
        lock (_gate)
            return (_current is not null && Is(_current, subscription)) || (_retiring is not null && Is(_retiring, subscription));
    }

    /// <summary>The server has agreed to tell. From here on, in the order in which it speaks, the newer request counts.</summary>
    public void OnAcknowledged(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        ListenCall? acknowledged;
        bool missed;
        lock (_gate)
        {
            if (_opening is null || !Is(_opening, envelope.SubscriptionId.Of(message)))
                return; // of one that was given up
            if (!KeepsOrder)
                _retiring = _current;
            (acknowledged, _current, _opening) = (_opening, _opening, null);
            (missed, _mayHaveMissed) = (_mayHaveMissed, false);
        }

        acknowledged.Acknowledge(envelope.Notifications.Of(message));
        if (missed)
            Missed?.Invoke();
    }

    /// <summary>Takes a server's cancellation of a request of ours; <see langword="false"/> where it is about another.</summary>
    public bool TryEnd(ReadOnlySpan<byte> requestId)
    {
        ListenCall? ended;
        lock (_gate)
            ended = Find(requestId, _opening) ?? Find(requestId, _current) ?? Find(requestId, _retiring);
        if (ended is null)
            return false;
        _connection.Forget(ended);
        ended.End();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
    }

    private static ListenCall? Find(ReadOnlySpan<byte> id, ListenCall? call) => call is not null && Is(call, id) ? call : null;

    private static bool Is(ListenCall call, ReadOnlySpan<byte> id) =>
        Utf8Parser.TryParse(id, out long number, out var read) && read == id.Length && number == call.UpstreamId;

    private async Task KeepAsync()
    {
        ListenCall? open = null;
        var (pause, openedAt) = (FirstPause, 0L);
        try
        {
            while (!_connection.Closed.IsCompleted)
            {
                var (wanted, wishes) = TakeWishes();
                TimeSpan? retry = null;
                if (wanted.Count == 0 && !AnnouncesLists)
                    (open, _heard) = (Replace(open, null), FrozenSet<string>.Empty);
                else if (open is not null && open.Acknowledged.Result.SetEquals(wanted))
                    Grant(wishes, open.Acknowledged.Result);
                else if (await OpenAsync(wanted, wishes).ConfigureAwait(false) is { } opened)
                    (open, openedAt) = (Replace(open, opened), _time.GetTimestamp());
                else
                    retry = pause;

                await WaitAsync(open, retry ?? (_retiring is null ? null : Overlap)).ConfigureAwait(false);
                if (_retiring is not null && _time.GetElapsedTime(_retiringSince) >= Overlap)
                    Retire(null);
                if (open is { Ended.IsCompleted: true })
                {
                    if (_time.GetElapsedTime(openedAt) >= LongestPause)
                        pause = FirstPause;
                    (open, _heard) = (Replace(open, null), FrozenSet<string>.Empty);
                    _apart.Clear();
                    await Task.Delay(pause, _time, _lifetime.Token).ConfigureAwait(false);
                    retry = pause;
                }

                if (retry is not null && open is null && _apart.Count == 0) // of a refusal alone a stream that breaks knows nothing
                    pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
        catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
        {
            // The connection is not needed any more.
        }

        lock (_gate)
            _over = true;
        Replace(open, null);
        _heard = FrozenSet<string>.Empty;
        _apart.Clear();
        Refuse(TakeWishes().Wishes, Gone());
    }

    /// <summary>Makes a request and waits until it is acknowledged, or refused.</summary>
    private async Task<ListenCall?> OpenAsync(HashSet<string> wanted, List<Wish> wishes)
    {
        var call = new ListenCall(wanted);
        Retire(null);
        lock (_gate)
            _opening = call;
        try
        {
            _connection.Send(call, "subscriptions/listen", Parameters(wanted));
            await Task.WhenAny(call.Acknowledged, call.Ended).WaitAsync(AcknowledgedWithin, _time, _lifetime.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            call.OnFailed(JsonRpcErrorCode.RequestTimeout, $"Server '{_connection.ServerId}' did not acknowledge subscriptions/listen within {AcknowledgedWithin.TotalSeconds:0} s.");
        }
        catch (OperationCanceledException)
        {
            _connection.Cancel(call, "No longer needed.");
            Refuse(wishes, Gone());
            throw;
        }

        if (!TryWithdraw(call))
        {
            _heard = await call.Acknowledged.ConfigureAwait(false);
            Grant(wishes, _heard);
            Drop(wanted); // what it has not agreed to and nobody waits for: else it would be asked for again with each look
            return call;
        }

        _connection.Cancel(call, "It was not acknowledged.");
        var ended = await call.Ended.ConfigureAwait(false);
        var error = ended ?? new UpstreamErrorException(JsonRpcErrorCode.InternalError, $"Server '{_connection.ServerId}' ended subscriptions/listen before it acknowledged it.");
        _logger.ListeningFailed(_connection.ServerId, error.Message);
        if (ended is null or { IsAnswer: true })
            BringApart([.. wanted.Where(uri => !_heard.Contains(uri))], wishes, error);
        else
            Refuse(wishes, error);
        return null;
    }

    /// <summary>Of several resources that a server refuses together it may mind one alone: the halves are asked for by themselves, down to that one.</summary>
    private void BringApart(string[] fresh, List<Wish> wishes, UpstreamErrorException error)
    {
        if (fresh.Length <= 1)
        {
            Drop(fresh);
            Refuse(wishes, error);
            return;
        }

        lock (_gate)
            _wishes.InsertRange(0, wishes);
        var half = fresh.Length / 2;
        _apart.Push(fresh[half..]);
        _apart.Push(fresh[..half]);
        _looks.Writer.TryWrite(true);
    }

    /// <summary>What a server has refused is not asked for again: it would refuse with it all that others want to hear of.</summary>
    private void Drop(IReadOnlyCollection<string> refused)
    {
        lock (_gate)
            _wanted.RemoveWhere(uri => refused.Contains(uri) && !_heard.Contains(uri) && !_wishes.Exists(wish => wish.Uri == uri));
    }

    /// <summary>Expects no acknowledgement any more; <see langword="false"/> where it has come.</summary>
    private bool TryWithdraw(ListenCall call)
    {
        lock (_gate)
        {
            if (_current == call)
                return false;
            _opening = null;
            return true;
        }
    }

    /// <summary>Gives the present request up for another, or for none.</summary>
    private ListenCall? Replace(ListenCall? open, ListenCall? next)
    {
        if (next is null)
        {
            lock (_gate)
                (_current, _opening, _mayHaveMissed) = (null, null, true);
        }

        if (next is null)
            Retire(null);
        if (open is not null && next is not null && !KeepsOrder)
            Retire(open);
        else if (open is not null)
            _connection.Cancel(open, next is null ? "No longer needed." : "Replaced by another.");
        return next;
    }

    /// <summary>Gives up the request that was to be heard a little longer, and keeps another in its place.</summary>
    private void Retire(ListenCall? next)
    {
        ListenCall? last;
        lock (_gate)
            (last, _retiring, _retiringSince) = (_retiring, next, _time.GetTimestamp());
        if (last is not null && last != next)
            _connection.Cancel(last, "Replaced by another.");
    }

    private bool KeepsOrder => _connection.Transport != ServerTransport.Http;

    /// <summary>Waits for a change of what is wanted, the end of the present request, or the time to try again.</summary>
    private async Task WaitAsync(ListenCall? open, TimeSpan? retry)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token);
        var look = _looks.Reader.WaitToReadAsync(enough.Token).AsTask();
        var time = Task.Delay(retry ?? Timeout.InfiniteTimeSpan, _time, enough.Token);
        await (open is null ? Task.WhenAny(look, time) : Task.WhenAny(look, time, open.Ended)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(look, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lifetime.Token.ThrowIfCancellationRequested();
    }

    private void Grant(List<Wish> wishes, IReadOnlySet<string> heard)
    {
        foreach (var wish in wishes)
        {
            if (heard.Contains(wish.Uri))
            {
                wish.Grant();
                continue;
            }

            lock (_gate)
                _wanted.Remove(wish.Uri);
            wish.Refuse(new UpstreamErrorException(JsonRpcErrorCode.InvalidParams, $"Server '{_connection.ServerId}' does not tell of changes of resource {wish.Uri}."));
        }
    }

    private void Refuse(List<Wish> wishes, UpstreamErrorException error)
    {
        foreach (var wish in wishes)
        {
            if (_heard.Contains(wish.Uri))
                wish.Grant(); // it was refused with another
            else
                wish.Refuse(error);
        }
    }

    private (HashSet<string> Wanted, List<Wish> Wishes) TakeWishes()
    {
        while (_looks.Reader.TryRead(out _))
        {
            // What is wanted is looked at right here.
        }

        var turn = _apart.TryPop(out var some) ? some : null;
        if (turn is not null)
            _looks.Writer.TryWrite(true); // that of the others comes next
        lock (_gate)
        {
            var wanted = _wanted.Where(uri => turn is null || turn.Contains(uri) || _heard.Contains(uri)).ToHashSet(StringComparer.Ordinal);
            List<Wish> wishes = turn is null ? [.. _wishes] : _wishes.FindAll(wish => wanted.Contains(wish.Uri));
            _wishes.RemoveAll(wishes.Contains);
            return (wanted, wishes);
        }
    }

    private UpstreamErrorException Gone() => new(JsonRpcErrorCode.ServerUnavailable, $"Server '{_connection.ServerId}' was stopped.");

    private bool AnnouncesLists => Enum.GetValues<CatalogKind>().Any(_connection.Server.Announces);

    private byte[] Parameters(HashSet<string> wanted) => JsonRpcWriter.Object(json =>
    {
        json.WriteStartObject("notifications"u8);
        if (_connection.Server.AnnouncesTools)
            json.WriteBoolean("toolsListChanged"u8, true);
        if (_connection.Server.AnnouncesPrompts)
            json.WriteBoolean("promptsListChanged"u8, true);
        if (_connection.Server.AnnouncesResources)
            json.WriteBoolean("resourcesListChanged"u8, true);
        if (wanted.Count > 0)
        {
            json.WriteStartArray("resourceSubscriptions"u8);
            foreach (var uri in wanted)
                json.WriteStringValue(uri);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    /// <summary>Somebody waits to hear of a resource.</summary>
    private sealed class Wish(string uri)
    {
        private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Uri => uri;

        public Task Granted => _granted.Task;

        public void Grant() => _granted.TrySetResult();

        public void Refuse(UpstreamErrorException error) => _granted.TrySetException(error);
    }
}
