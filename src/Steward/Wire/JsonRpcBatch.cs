using System.Text.Json;

namespace Steward.Wire;

/// <summary>
/// Several messages in one array, which only revision 2025-03-26 knows.
/// See <see href="https://modelcontextprotocol.io/specification/2025-03-26/basic#batching"/>.
/// </summary>
internal static class JsonRpcBatch
{
    /// <summary>Text of the allowed size could hold millions, and an answer takes more room than its request.</summary>
    public const int MaxMessages = 1_000;

    public static bool IsOne(ReadOnlySpan<byte> text) => text.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    /// <summary>The messages; <see langword="null"/> where it is no JSON, or there are more than there may be.</summary>
    public static List<ReadOnlyMemory<byte>>? Split(ReadOnlyMemory<byte> batch)
    {
        var messages = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(batch.Span, JsonRpcEnvelope.ReaderOptions);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                messages.Add(batch[start..(int)reader.BytesConsumed]);
                if (messages.Count > MaxMessages)
                    return null;
            }

            return reader.Read() ? null : messages;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
