using System.Buffers;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Finds members of objects that are known to be JSON.</summary>
internal static class JsonMembers
{
    /// <summary>Where a member's value lies; of one that stands there twice the last. Nowhere in what is no object, or nothing.</summary>
    public static ByteRange Find(ReadOnlySpan<byte> container, ReadOnlySpan<byte> name)
    {
        var found = default(ByteRange);
        var reader = new Utf8JsonReader(container, JsonRpcEnvelope.ReaderOptions);
        if (container.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return found;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isIt)
                found = new ByteRange(start, (int)reader.BytesConsumed - start);
        }

        return found;
    }

    /// <summary>JSON with one more member in an object.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="container">Where the object lies in it.</param>
    /// <param name="member">Its name and value.</param>
    public static byte[] Insert(ReadOnlySpan<byte> json, ByteRange container, ReadOnlySpan<byte> member)
    {
        var start = container.Start + 1;
        ReadOnlySpan<byte> separator = json[start..].TrimStart(" \t\r\n"u8) is [(byte)'}', ..] ? [] : ","u8;
        return [.. json[..start], .. member, .. separator, .. json[start..]];
    }

    /// <summary>An object without a member, however often it stands there: in one pass, for a server may repeat it without end.</summary>
    public static byte[] Without(ReadOnlySpan<byte> container, ReadOnlySpan<byte> name)
    {
        var rest = new ArrayBufferWriter<byte>(container.Length);
        var reader = new Utf8JsonReader(container, JsonRpcEnvelope.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            reader.Skip();
            if (isIt)
                continue;
            rest.Write(rest.WrittenCount == 0 ? "{"u8 : ","u8);
            rest.Write(container[start..(int)reader.BytesConsumed]);
        }

        rest.Write(rest.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return rest.WrittenSpan.ToArray();
    }

    /// <summary>What to cut out so that a member is gone: with its name, and with the comma that it leaves over.</summary>
    public static ByteRange FindWhole(ReadOnlySpan<byte> container, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(container, JsonRpcEnvelope.ReaderOptions);
        if (container.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return default;
        var before = (int)reader.BytesConsumed;
        var isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (isIt)
            {
                if (isFirst && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    end = (int)reader.TokenStartIndex;
                return new ByteRange(before, end - before);
            }

            (before, isFirst) = (end, false);
        }

        return default;
    }
}
