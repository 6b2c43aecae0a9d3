using System.Buffers.Text;
using System.Text.Json;

namespace Steward.Upstreams;

/// <summary>Finds out which request a line answers of which only both ends were kept.</summary>
internal static class OversizedLine
{
    public static long? FindId(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail) =>
        TryFindAtHead(head, out var id) ? id : FindAtTail(tail);

    /// <summary>Whether the head tells it: by an id, or by a method, for then the line answers nothing.</summary>
    private static bool TryFindAtHead(ReadOnlySpan<byte> head, out long? id)
    {
        id = null;
        var isKnown = false;
        var reader = new Utf8JsonReader(head, isFinalBlock: false, state: default);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                if (reader.ValueTextEquals("method"u8))
                {
                    id = null;
                    return true;
                }

                if (reader.ValueTextEquals("id"u8) && reader.Read())
                    (isKnown, id) = (true, reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null);
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // No JSON: the other end may know.
        }

        return isKnown;
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
