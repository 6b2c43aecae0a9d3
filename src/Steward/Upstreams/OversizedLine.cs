using System.Buffers.Text;
using System.Text.Json;

namespace Steward.Upstreams;

/// <summary>Finds out which request a line answers of which only both ends were kept.</summary>
internal static class OversizedLine
{
    public static long? FindId(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail) => FindAtHead(head) ?? FindAtTail(tail);

    private static long? FindAtHead(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, state: default);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("id"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var id) ? id : null;
            }
        }
        catch (JsonException)
        {
            // No JSON at all, or cut within a token: the other end may know.
        }

        return null;
    }

    // Servers that write "id" last close the message right after it.
    private static long? FindAtTail(ReadOnlySpan<byte> tail)
    {
        var at = tail.LastIndexOf("\"id\":"u8);
        if (at < 0)
            return null;
        var rest = tail[(at + 5)..].TrimStart((byte)' ');
        return Utf8Parser.TryParse(rest, out long id, out var read) && rest[read..].Trim(" \t\r"u8).SequenceEqual("}"u8) ? id : null;
    }
}
