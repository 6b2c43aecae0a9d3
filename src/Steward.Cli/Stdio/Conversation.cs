using System.Text;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Cli.Stdio;

/// <summary>
/// What must be known of a client's conversation so that it can go on with another daemon: how it began, what it waits for, and what it
/// has set up.
/// </summary>
internal sealed class Conversation
{
    private static readonly (string Capability, string Notification)[] Lists =
    [
        ("tools", "notifications/tools/list_changed"), ("prompts", "notifications/prompts/list_changed"), ("resources", "notifications/resources/list_changed"),
    ];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);
    private readonly HashSet<string> _questions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _subscriptions = new(StringComparer.Ordinal);
    private byte[]? _level;
    private byte[]? _initialize;
    private string? _initializeId;
    private bool _initialized;
    private string[] _lists = [];

    /// <summary>Whether the client waits for an answer.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_gate)
                return _inFlight.Count > 0;
        }
    }

    /// <summary>Notes what the client says, before it is passed on.</summary>
    /// <returns>Whether the daemon is to hear it; an answer to a question of an earlier daemon is not for this one.</returns>
    public bool NoteClient(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        lock (_gate)
        {
            switch (envelope)
            {
                case { Kind: MessageKind.Response }:
                    return _questions.Remove(Text(envelope.Id, message));
                case { Method: McpMethod.NotificationsCancelled }:
                    _inFlight.Remove(Text(envelope.RequestId, message));
                    break;
                case { Method: McpMethod.NotificationsInitialized }:
                    _initialized = true;
                    break;
                case { Kind: MessageKind.Request }:
                    NoteRequest(message, envelope);
                    break;
            }

            return true;
        }
    }

    /// <summary>Notes what a daemon says, before it is passed on.</summary>
    /// <returns>Whether the client is to hear it; answers to what it never asked are for us.</returns>
    public bool NoteDaemon(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        lock (_gate)
        {
            switch (envelope)
            {
                case { Kind: MessageKind.Response }:
                    var id = Text(envelope.Id, message);
                    if (id == _initializeId && _inFlight.Contains(id))
                        NoteOpening(message, envelope);
                    return _inFlight.Remove(id) || id == "null";
                case { Kind: MessageKind.Request }:
                    _questions.Add(Text(envelope.Id, message));
                    break;
                case { Method: McpMethod.NotificationsCancelled }:
                    _questions.Remove(Text(envelope.RequestId, message));
                    break;
            }

            return true;
        }
    }

    /// <summary>The daemon is gone: what the client is told of what it waited for and was asked.</summary>
    /// <param name="reason">Why no answer will come.</param>
    public IReadOnlyList<byte[]> Break(string reason)
    {
        lock (_gate)
        {
            // An unanswered initialize is simply said again.
            var lost = _inFlight.Where(id => id != _initializeId)
                .Select(id => JsonRpcWriter.Error(Encoding.UTF8.GetBytes(id), JsonRpcErrorCode.ServerUnavailable, reason))
                .Concat(_questions.Select(id => JsonRpcWriter.Notification("notifications/cancelled", Encoding.UTF8.GetBytes($$"""{"requestId":{{id}},"reason":"The daemon has ended."}"""))))
                .ToList();
            _inFlight.RemoveWhere(id => id != _initializeId);
            _questions.Clear();
            return lost;
        }
    }

    /// <summary>Whether the client waits for the answer to a request still.</summary>
    public bool Awaits(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        lock (_gate)
            return _inFlight.Contains(Text(envelope.Id, message));
    }

    /// <summary>Whether a message is the <c>initialize</c> that begins it all.</summary>
    public bool IsOpening(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        lock (_gate)
            return envelope.Method == McpMethod.Initialize && Text(envelope.Id, message) == _initializeId;
    }

    /// <summary>Forgets a request that is answered here.</summary>
    public void Forget(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        lock (_gate)
        {
            var id = Text(envelope.Id, message);
            _inFlight.Remove(id);
            if (id == _initializeId)
                (_initialize, _initializeId) = (null, null);
        }
    }

    /// <summary>The client's <c>initialize</c> under an id of ours; <see langword="null"/> where it has not been answered yet, or none was said.</summary>
    /// <param name="id">The id, as JSON.</param>
    public byte[]? RepeatInitialize(ReadOnlySpan<byte> id)
    {
        lock (_gate)
        {
            if (_initialize is null || _inFlight.Contains(_initializeId!))
                return null;
            var edits = new FrameEdits(new byte[id.Length]);
            edits.Replace(JsonRpcEnvelope.Parse(_initialize).Id, id);
            var frame = RentedFrame.Copy(_initialize, edits);
            var repeated = frame.Span.ToArray();
            frame.Return();
            return repeated;
        }
    }

    /// <summary>The client's <c>initialize</c> as it was, where it waits for the answer still.</summary>
    public byte[]? UnansweredInitialize
    {
        get
        {
            lock (_gate)
                return _initializeId is not null && _inFlight.Contains(_initializeId) ? _initialize : null;
        }
    }

    /// <summary>What follows a repeated <c>initialize</c>: everything that the client had set up.</summary>
    public IReadOnlyList<byte[]> Restore()
    {
        lock (_gate)
        {
            var messages = new List<byte[]>();
            if (_initialized)
                messages.Add(JsonRpcWriter.Notification("notifications/initialized"));
            if (_level is not null)
                messages.Add(Request("level", "logging/setLevel", "level", _level));
            foreach (var (uri, json) in _subscriptions)
                messages.Add(Request(uri, "resources/subscribe", "uri", json));
            return messages;
        }
    }

    /// <summary>News for a client that has another daemon now: everything may be different.</summary>
    public IReadOnlyList<byte[]> ListsChanged()
    {
        lock (_gate)
            return [.. _lists.Select(list => JsonRpcWriter.Notification(list))];
    }

    private void NoteRequest(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var id = Text(envelope.Id, message);
        _inFlight.Add(id);
        switch (envelope.Method)
        {
            case McpMethod.Initialize when _initialize is null:
                (_initialize, _initializeId) = (message.ToArray(), id);
                break;
            case McpMethod.LoggingSetLevel:
                _level = envelope.Level.Of(message).ToArray();
                break;
            case McpMethod.ResourcesSubscribe:
                _subscriptions[Text(envelope.Uri, message)] = envelope.Uri.Of(message).ToArray();
                break;
            case McpMethod.ResourcesUnsubscribe:
                _subscriptions.Remove(Text(envelope.Uri, message));
                break;
        }
    }

    private void NoteOpening(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!envelope.Result.Exists)
        {
            (_initialize, _initializeId) = (null, null); // the client may try again
            return;
        }

        var reader = new Utf8JsonReader(envelope.Result.Of(message), JsonRpcEnvelope.ReaderOptions);
        using var result = JsonDocument.ParseValue(ref reader);
        _lists = result.RootElement.TryGetProperty("capabilities"u8, out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
            ? [.. Lists.Where(list => capabilities.TryGetProperty(list.Capability, out _)).Select(list => list.Notification)]
            : [];
    }

    private static byte[] Request(string name, string method, string parameter, byte[] value) => JsonRpcWriter.Object(json =>
    {
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteString("id"u8, $"steward:{name}"); // whose answer nobody waits for
        json.WriteString("method"u8, method);
        json.WriteStartObject("params"u8);
        json.WritePropertyName(parameter);
        json.WriteRawValue(value, skipInputValidation: true);
        json.WriteEndObject();
    });

    private static string Text(ByteRange range, ReadOnlySpan<byte> message) => Encoding.UTF8.GetString(range.Of(message));
}
