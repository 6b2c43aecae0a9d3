using System.Text.Json;

namespace Steward.TestServer.Raw;

/// <summary>What the raw server needs of a message: slices of the line it came in.</summary>
internal ref struct RawMessage
{
    /// <summary>The id as it stands in the line, quotes included; empty in a notification.</summary>
    public ReadOnlySpan<byte> Id;

    /// <summary>The method; empty in a response.</summary>
    public ReadOnlySpan<byte> Method;

    /// <summary><c>params.name</c>.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary><c>params.protocolVersion</c>, quotes included.</summary>
    public ReadOnlySpan<byte> ProtocolVersion;

    /// <summary><c>params._meta.progressToken</c> as it stands in the line, quotes included.</summary>
    public ReadOnlySpan<byte> ProgressToken;

    /// <summary><c>params.arguments.text</c>, quotes and escapes included.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary><c>params.requestState</c>, quotes and escapes included.</summary>
    public ReadOnlySpan<byte> RequestState;

    /// <summary><c>params.arguments.count</c>.</summary>
    public int Count;

    /// <summary>Whether <c>params.arguments.text</c> is exactly this.</summary>
    public readonly bool Says(ReadOnlySpan<byte> word) => Text.Length == word.Length + 2 && Text[1..^1].SequenceEqual(word);

    public static RawMessage Parse(ReadOnlySpan<byte> line)
    {
        var message = new RawMessage();
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
                message.Id = Value(ref reader, line);
            else if (reader.ValueTextEquals("method"u8))
                message.Method = Value(ref reader, line)[1..^1];
            else if (reader.ValueTextEquals("params"u8))
                message.ReadParameters(ref reader, line);
            else
                reader.Skip();
        }

        return message;
    }

    private void ReadParameters(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
                Name = Value(ref reader, line)[1..^1];
            else if (reader.ValueTextEquals("protocolVersion"u8))
                ProtocolVersion = Value(ref reader, line);
            else if (reader.ValueTextEquals("requestState"u8))
                RequestState = Value(ref reader, line);
            else if (reader.ValueTextEquals("arguments"u8))
                ReadArguments(ref reader, line);
            else if (reader.ValueTextEquals("_meta"u8))
                ReadMeta(ref reader, line);
            else
                reader.Skip();
        }
    }

    private void ReadArguments(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("text"u8))
                Text = Value(ref reader, line);
            else if (reader.ValueTextEquals("count"u8) && reader.Read())
                Count = reader.GetInt32();
            else
                reader.Skip();
        }
    }

    private void ReadMeta(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("progressToken"u8))
                ProgressToken = Value(ref reader, line);
            else
                reader.Skip();
        }
    }

    private static bool NextProperty(scoped ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static ReadOnlySpan<byte> Value(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        reader.Read();
        return line[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
    }
}
