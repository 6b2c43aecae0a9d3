using System.Text.Json;
using System.Text.Unicode;

namespace Steward.Wire;

/// <summary>
/// What the relay needs to know of a message, found in one pass over its bytes: where the parts lie that are read or
/// replaced. Everything else stays the bytes it was. Ranges of strings include their quotes.
/// </summary>
internal struct JsonRpcEnvelope
{
    /// <summary>Deeper than any sane message; bounds the reader's stack of brackets against nesting attacks.</summary>
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 512 };

    private bool _isVersion2;
    private bool _hasNullId;
    private ByteRange _refName;
    private ByteRange _refUri;
    private ByteRange _reportedToken;

    public MessageKind Kind;
    public McpMethod Method;
    public ByteRange Id;
    public ByteRange MethodName;
    public ByteRange Params;
    public ByteRange Result;
    public ByteRange Error;

    /// <summary><c>params.name</c>, or <c>params.ref.name</c> of a completion.</summary>
    public ByteRange Name;

    /// <summary><c>params.uri</c>, or <c>params.ref.uri</c> of a completion.</summary>
    public ByteRange Uri;

    /// <summary><c>params._meta.progressToken</c> of a request, <c>params.progressToken</c> of a progress notification.</summary>
    public ByteRange ProgressToken;

    /// <summary><c>params.requestId</c> of a cancellation.</summary>
    public ByteRange RequestId;

    /// <summary><c>params.level</c> of a log message or of <c>logging/setLevel</c>.</summary>
    public ByteRange Level;

    /// <summary><c>params.mode</c> of an elicitation.</summary>
    public ByteRange Mode;

    /// <summary><c>params.cursor</c> of a list request.</summary>
    public ByteRange Cursor;

    /// <summary><c>params.arguments</c> of a call.</summary>
    public ByteRange Arguments;

    /// <summary><c>params.requestState</c> and <c>params.inputResponses</c> of a request that is sent again with what was asked for.</summary>
    public ByteRange RequestState;

    public ByteRange InputResponses;

    /// <summary><c>params.notifications</c> of <c>subscriptions/listen</c>.</summary>
    public ByteRange Notifications;

    /// <summary><c>params.taskId</c>.</summary>
    public ByteRange TaskId;

    /// <summary><c>params.task</c> of a request that asks to be run as a task.</summary>
    public ByteRange Task;

    /// <summary>The id of the task that the message belongs to, by <c>params._meta</c>.</summary>
    public ByteRange RelatedTaskId;

    /// <summary><c>params._meta</c>, and its members that the protocol defines for every request of the modern era.</summary>
    public ByteRange Meta;

    public ByteRange ProtocolVersion;

    public ByteRange ClientInfo;

    public ByteRange ClientCapabilities;

    public ByteRange LogLevel;

    /// <summary>The subscription that a notification of the modern era belongs to, in <c>params._meta</c>.</summary>
    public ByteRange SubscriptionId;

    /// <summary>
    /// Reads a message. The envelope is <see cref="MessageKind.Invalid"/> when the bytes are not exactly one JSON-RPC
    /// message in UTF-8, or when a part that routing relies on stands there twice: two readers could then see two messages.
    /// </summary>
    public static JsonRpcEnvelope Parse(ReadOnlySpan<byte> message)
    {
        var envelope = default(JsonRpcEnvelope);
        if (message.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
            return envelope; // a server that floods its output with banners would cost an exception for each
        var reader = new Utf8JsonReader(message, ReaderOptions);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !envelope.ReadMembers(ref reader) || reader.Read())
                return envelope;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            return envelope; // still holds what was found before the fault: an id to answer with
        }

        if (!Utf8.IsValid(message))
            return envelope; // the reader does not look into strings; whoever reads the message next may break over them
        envelope.Kind = envelope.Classify();
        envelope.ChooseParts();
        return envelope;
    }

    /// <summary>What a replaced name, URI or task id replaces: the part of the request that says what it is about.</summary>
    public readonly ByteRange Target => Method switch
    {
        McpMethod.TasksGet or McpMethod.TasksResult or McpMethod.TasksCancel or McpMethod.TasksUpdate => TaskId,
        McpMethod.ResourcesRead or McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe => Uri,
        _ => Name.Exists ? Name : Uri,
    };

    // Members of the same names elsewhere are none of ours: a server may well echo them.
    private void ChooseParts()
    {
        if (Method == McpMethod.CompletionComplete)
            (Name, Uri) = (_refName, _refUri);
        if (Method == McpMethod.NotificationsProgress)
            ProgressToken = _reportedToken;
    }

    private readonly MessageKind Classify()
    {
        if (!_isVersion2 || (MethodName.Exists && _hasNullId))
            return MessageKind.Invalid; // MCP forbids it: nobody could tell the answers apart
        if (MethodName.Exists)
            return Result.Exists || Error.Exists ? MessageKind.Invalid : Id.Exists ? MessageKind.Request : MessageKind.Notification;
        return Id.Exists && Result.Exists != Error.Exists ? MessageKind.Response : MessageKind.Invalid;
    }

    private bool ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool well;
            if (reader.ValueTextEquals("jsonrpc"u8))
                well = _isVersion2 = reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("2.0"u8);
            else if (reader.ValueTextEquals("id"u8))
                well = TakeId(ref reader);
            else if (reader.ValueTextEquals("method"u8))
                well = TakeMethod(ref reader);
            else if (reader.ValueTextEquals("params"u8))
                well = TakeParams(ref reader);
            else if (reader.ValueTextEquals("result"u8))
                well = TakeValue(ref reader, ref Result);
            else if (reader.ValueTextEquals("error"u8))
                well = TakeValue(ref reader, ref Error);
            else
                well = reader.Read() && reader.TrySkip();

            if (!well)
                return false;
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool TakeMethod(ref Utf8JsonReader reader)
    {
        if (!TakeValue(ref reader, ref MethodName) || reader.TokenType != JsonTokenType.String)
            return false;
        Method = McpMethods.Parse(ref reader);
        return true;
    }

    private bool TakeParams(ref Utf8JsonReader reader)
    {
        if (Params.Exists || !reader.Read())
            return false;

        var start = (int)reader.TokenStartIndex;
        var well = reader.TokenType == JsonTokenType.StartObject ? ReadParams(ref reader, isRef: false) : reader.TrySkip();
        Params = new ByteRange(start, (int)reader.BytesConsumed - start);
        return well;
    }

    private bool ReadParams(ref Utf8JsonReader reader, bool isRef)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool well;
            if (reader.ValueTextEquals("name"u8))
                well = TakeScalar(ref reader, ref (isRef ? ref _refName : ref Name));
            else if (reader.ValueTextEquals("uri"u8))
                well = TakeScalar(ref reader, ref (isRef ? ref _refUri : ref Uri));
            else if (isRef)
                well = reader.Read() && reader.TrySkip();
            else if (reader.ValueTextEquals("_meta"u8))
                well = ReadMeta(ref reader);
            else if (reader.ValueTextEquals("arguments"u8))
                well = TakeValue(ref reader, ref Arguments);
            else if (reader.ValueTextEquals("progressToken"u8))
                well = TakeScalar(ref reader, ref _reportedToken);
            else if (reader.ValueTextEquals("requestId"u8))
                well = TakeScalar(ref reader, ref RequestId);
            else if (reader.ValueTextEquals("level"u8))
                well = TakeScalar(ref reader, ref Level);
            else if (reader.ValueTextEquals("mode"u8))
                well = TakeScalar(ref reader, ref Mode);
            else if (reader.ValueTextEquals("cursor"u8))
                well = TakeScalar(ref reader, ref Cursor);
            else if (reader.ValueTextEquals("requestState"u8))
                well = TakeScalar(ref reader, ref RequestState);
            else if (reader.ValueTextEquals("inputResponses"u8))
                well = TakeValue(ref reader, ref InputResponses);
            else if (reader.ValueTextEquals("notifications"u8))
                well = TakeValue(ref reader, ref Notifications);
            else if (reader.ValueTextEquals("taskId"u8))
                well = TakeScalar(ref reader, ref TaskId);
            else if (reader.ValueTextEquals("task"u8))
                well = TakeValue(ref reader, ref Task);
            else if (reader.ValueTextEquals("ref"u8))
                well = reader.Read() && (reader.TokenType == JsonTokenType.StartObject ? ReadParams(ref reader, isRef: true) : reader.TrySkip());
            else
                well = reader.Read() && reader.TrySkip();

            if (!well)
                return false;
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool ReadMeta(ref Utf8JsonReader reader)
    {
        if (Meta.Exists || !reader.Read())
            return false;
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
            return reader.TrySkip();

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!ReadMetaMember(ref reader))
                return false;
        }

        Meta = new ByteRange(start, (int)reader.BytesConsumed - start);
        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool ReadMetaMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("progressToken"u8))
            return TakeScalar(ref reader, ref ProgressToken);
        if (reader.ValueTextEquals("io.modelcontextprotocol/protocolVersion"u8))
            return TakeScalar(ref reader, ref ProtocolVersion);
        if (reader.ValueTextEquals("io.modelcontextprotocol/clientInfo"u8))
            return TakeValue(ref reader, ref ClientInfo);
        if (reader.ValueTextEquals("io.modelcontextprotocol/clientCapabilities"u8))
            return TakeValue(ref reader, ref ClientCapabilities);
        if (reader.ValueTextEquals("io.modelcontextprotocol/logLevel"u8))
            return TakeScalar(ref reader, ref LogLevel);
        if (reader.ValueTextEquals("io.modelcontextprotocol/subscriptionId"u8))
            return TakeScalar(ref reader, ref SubscriptionId);
        if (reader.ValueTextEquals("io.modelcontextprotocol/related-task"u8))
            return reader.Read() && (reader.TokenType == JsonTokenType.StartObject ? ReadRelatedTask(ref reader) : reader.TrySkip());
        return reader.Read() && reader.TrySkip();
    }

    private bool ReadRelatedTask(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!(reader.ValueTextEquals("taskId"u8) ? TakeScalar(ref reader, ref RelatedTaskId) : reader.Read() && reader.TrySkip()))
                return false;
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool TakeId(ref Utf8JsonReader reader)
    {
        if (!TakeValue(ref reader, ref Id))
            return false;
        _hasNullId = reader.TokenType == JsonTokenType.Null;
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null)
            return true;
        Id = default; // nothing to answer with
        return false;
    }

    /// <summary>A string or number is taken; any other value under that name is none of ours and only skipped.</summary>
    private static bool TakeScalar(ref Utf8JsonReader reader, ref ByteRange range)
    {
        if (!reader.Read())
            return false;
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            return reader.TrySkip();
        if (range.Exists)
            return false;
        range = new ByteRange((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
        return true;
    }

    private static bool TakeValue(ref Utf8JsonReader reader, ref ByteRange range)
    {
        if (range.Exists || !reader.Read())
            return false;
        var start = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
            return false;
        range = new ByteRange(start, (int)reader.BytesConsumed - start);
        return true;
    }
}
