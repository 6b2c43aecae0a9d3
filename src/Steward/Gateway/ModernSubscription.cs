using Steward.Catalog;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A <c>subscriptions/listen</c> of a client: what it hears of, and the stream by which it does. Everything on it names the
/// subscription, and nothing comes before the acknowledgement.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions"/>.
/// </summary>
internal sealed class ModernSubscription : IListener
{
    private const string IdMember = "\"io.modelcontextprotocol/subscriptionId\":";

    private readonly Lock _gate = new();
    private readonly byte[] _id;
    private readonly byte[] _idMember;
    private readonly bool _ownsStream;
    // What tasks did between their server's acknowledgement and ours, of each task the last: it may have been its end.
    private readonly Dictionary<string, byte[]> _early = new(StringComparer.Ordinal);
    private SubscriptionFilter? _filter;
    private Action? _whenEnded;
    private bool _isUnheard;
    private bool _ended;

    /// <param name="endpoint">Of what the client wants to hear.</param>
    /// <param name="client">Who it is.</param>
    /// <param name="id">The id of its request, as JSON.</param>
    public ModernSubscription(GatewayEndpoint endpoint, ModernClient client, ReadOnlySpan<byte> id)
    {
        (Endpoint, Client, _id) = (endpoint, client, id.ToArray());
        _idMember = [.. System.Text.Encoding.UTF8.GetBytes(IdMember), .. id];
        _ownsStream = client.Channel is null;
        Stream = client.Channel ?? new EventStream(1, EventStreamLimits.Subscription);
    }

    public GatewayEndpoint Endpoint { get; }

    public ModernClient Client { get; }

    /// <summary>Carries what the client hears, from the acknowledgement to the end.</summary>
    public EventStream Stream { get; }

    public bool HasEnded
    {
        get
        {
            lock (_gate)
                return _ended;
        }
    }

    /// <summary>Whether the client gave the request this id.</summary>
    public bool HasId(ReadOnlySpan<byte> id) => id.SequenceEqual(_id);

    /// <summary>Says of what the client will hear. What has happened until now is none of it: it can read it now.</summary>
    public void Acknowledge(SubscriptionFilter honoured)
    {
        byte[] parameters = [.. "{\"_meta\":{"u8, .. _idMember, .. "},\"notifications\":"u8, .. honoured.ToJson(), (byte)'}'];
        lock (_gate)
        {
            if (_ended)
                return;
            _filter = honoured;
            Stream.Append(RentedFrame.Copy(JsonRpcWriter.Notification("notifications/subscriptions/acknowledged", parameters)));
            foreach (var id in honoured.TaskIds)
            {
                if (_early.Remove(id, out var news))
                    Stream.Append(RentedFrame.Copy(news));
            }
        }

        if (Volatile.Read(ref _isUnheard))
            Complete();
    }

    public void OnListsChanged(IReadOnlyList<CatalogKind> kinds)
    {
        byte[] parameters = [.. "{\"_meta\":{"u8, .. _idMember, .. "}}"u8];
        lock (_gate)
        {
            if (_ended || _filter is not { } filter)
                return;
            foreach (var notification in kinds.Where(filter.Has).Select(kind => kind.ChangedNotification()).Distinct())
                Stream.Append(RentedFrame.Copy(JsonRpcWriter.Notification(notification, parameters)));
        }
    }

    public void OnResourceUpdated(byte[] uri, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var tagged = Tag(message, envelope, envelope.Uri, uri);
        lock (_gate)
        {
            if (!_ended && _filter is not null)
                Stream.Append(tagged);
            else
                tagged.Return();
        }
    }

    /// <summary>One of its tasks has changed.</summary>
    /// <param name="taskId">What its endpoint calls the task.</param>
    /// <param name="message">The <c>notifications/tasks</c>, under the server's own id.</param>
    /// <param name="envelope">Where its parts are.</param>
    public void OnTaskChanged(string taskId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var tagged = Tag(message, envelope, envelope.TaskId, JsonRpcWriter.String(taskId));
        lock (_gate)
        {
            if (!_ended && _filter is not null)
            {
                Stream.Append(tagged);
                return;
            }

            if (!_ended)
                _early[taskId] = tagged.Span.ToArray();
        }

        tagged.Return();
    }

    /// <summary>A server tells no longer of tasks for which that was agreed: the client, which need not ask for them, must listen anew.</summary>
    public void OnTasksUnheard()
    {
        Volatile.Write(ref _isUnheard, true);
        bool isOpen;
        lock (_gate)
            isOpen = _filter is not null;
        if (isOpen)
            Complete(); // else right behind the acknowledgement, before which nothing may come
    }

    /// <summary>Has something done once the subscription has ended, at once where it has.</summary>
    public void WhenEnded(Action action)
    {
        bool hasEnded;
        lock (_gate)
        {
            hasEnded = _ended;
            _whenEnded += action;
        }

        if (hasEnded)
            action();
    }

    /// <summary>A sign of life, where nothing was said for a while.</summary>
    public void Tend()
    {
        if (_ownsStream)
            Stream.KeepAlive();
    }

    /// <summary>Ends the subscription from our side: the request is answered.</summary>
    public void Complete()
    {
        byte[] result = [.. "{\"resultType\":\"complete\",\"_meta\":{"u8, .. _idMember, .. "}}"u8];
        End(JsonRpcWriter.Result(_id, result));
    }

    /// <summary>Ends the subscription from the client's side: it hears nothing more.</summary>
    public void Cancel() => End(last: null);

    private RentedFrame Tag(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ByteRange part, byte[] with)
    {
        var additions = envelope.SubscriptionId.Exists ? default : new RequestAdditions(_idMember, default);
        var edits = new FrameEdits(new byte[with.Length + _id.Length + additions.Length]);
        edits.Replace(part, with);
        edits.Replace(envelope.SubscriptionId, _id);
        additions.AddTo(ref edits, message, envelope);
        return RentedFrame.Copy(message, edits);
    }

    private void End(byte[]? last)
    {
        Action? whenEnded;
        lock (_gate)
        {
            if (_ended)
                return;
            (_ended, whenEnded) = (true, _whenEnded);
            if (last is not null)
                Stream.Append(RentedFrame.Copy(last));
            if (_ownsStream)
                Stream.Complete(Client.Clock.GetTimestamp());
        }

        whenEnded?.Invoke();
    }
}
