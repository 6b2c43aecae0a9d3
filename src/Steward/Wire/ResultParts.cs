using System.Text.Json;

namespace Steward.Wire;

/// <summary>
/// The parts of a <c>result</c> in which the two eras differ, found in one pass; ranges count from the start of the result.
/// Only translation needs them: between sides of one era a result stays the bytes that it was.
/// </summary>
internal struct ResultParts
{
    /// <summary>Whether the result is an object at all.</summary>
    public bool IsObject;

    /// <summary>Whether it has no members.</summary>
    public bool IsEmpty;

    public ByteRange ResultType;
    public ByteRange Meta;

    /// <summary>The same in <c>_meta</c>: what the server says of itself.</summary>
    public ByteRange ServerInfo;

    public ByteRange TtlMs;
    public ByteRange CacheScope;
    public ByteRange InputRequests;
    public ByteRange Content;
    public ByteRange StructuredContent;
    public ByteRange RequestState;

    /// <summary>The <c>task</c> that came in place of a result.</summary>
    public ByteRange Task;

    /// <summary>The id of the task that the result tells of: its own member, or that of its <see cref="Task"/>.</summary>
    public ByteRange TaskId;

    /// <summary>The id of the task that the result belongs to, by its <c>_meta</c>.</summary>
    public ByteRange RelatedTaskId;

    /// <summary>Reads a result that is known to be JSON. Of a member that stands there twice the last counts.</summary>
    public static ResultParts Parse(ReadOnlySpan<byte> result)
    {
        var parts = new ResultParts { IsEmpty = true };
        var reader = new Utf8JsonReader(result, JsonRpcEnvelope.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return parts;

        parts.IsObject = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            parts.IsEmpty = false;
            parts.ReadMember(ref reader);
        }

        return parts;
    }

    /// <summary>Whether the result asks for input.</summary>
    public readonly bool IsInputRequired(ReadOnlySpan<byte> result) => ResultType.Of(result).SequenceEqual("\"input_required\""u8);

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("resultType"u8))
            ResultType = Value(ref reader);
        else if (reader.ValueTextEquals("_meta"u8))
            ReadMeta(ref reader);
        else if (reader.ValueTextEquals("ttlMs"u8))
            TtlMs = Value(ref reader);
        else if (reader.ValueTextEquals("cacheScope"u8))
            CacheScope = Value(ref reader);
        else if (reader.ValueTextEquals("content"u8))
            Content = Value(ref reader);
        else if (reader.ValueTextEquals("structuredContent"u8))
            StructuredContent = Value(ref reader);
        else if (reader.ValueTextEquals("inputRequests"u8))
            InputRequests = Value(ref reader);
        else if (reader.ValueTextEquals("requestState"u8))
            RequestState = Value(ref reader);
        else if (reader.ValueTextEquals("taskId"u8))
            TaskId = Value(ref reader);
        else if (reader.ValueTextEquals("task"u8))
            Task = Holder(ref reader, ref TaskId);
        else
            reader.Skip();
    }

    private void ReadMeta(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("io.modelcontextprotocol/serverInfo"u8))
                ServerInfo = Value(ref reader);
            else if (reader.ValueTextEquals("io.modelcontextprotocol/related-task"u8))
                Holder(ref reader, ref RelatedTaskId);
            else
                reader.Skip();
        }

        Meta = new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    /// <summary>Reads past an object that holds a <c>taskId</c>.</summary>
    private static ByteRange Holder(ref Utf8JsonReader reader, ref ByteRange taskId)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("taskId"u8))
                taskId = Value(ref reader);
            else
                reader.Skip();
        }

        return new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    private static ByteRange Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new ByteRange(start, (int)reader.BytesConsumed - start);
    }
}
