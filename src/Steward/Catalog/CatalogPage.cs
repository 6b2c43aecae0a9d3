using System.Text.Json;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>Reads the result of one list request without losing a byte of its items.</summary>
internal static class CatalogPage
{
    /// <summary>Adds the page's items and returns the cursor of the next page, as JSON; <see langword="null"/> after the last.</summary>
    /// <exception cref="JsonException">The result is no list of that kind.</exception>
    public static byte[]? Read(CatalogKind kind, ReadOnlySpan<byte> result, ICollection<CatalogItem> items)
    {
        try
        {
            return ReadResult(kind, result, items);
        }
        catch (InvalidOperationException notText)
        {
            throw new JsonException($"A name in the answer to '{kind.ListMethod()}' is no valid text.", notText);
        }
    }

    private static byte[]? ReadResult(CatalogKind kind, ReadOnlySpan<byte> result, ICollection<CatalogItem> items)
    {
        byte[]? cursor = null;
        var reader = new Utf8JsonReader(result, JsonRpcEnvelope.ReaderOptions);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(kind.ItemsMember()))
            {
                ReadItems(kind, result, ref reader, items);
            }
            else if (reader.ValueTextEquals("nextCursor"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    cursor = result[(int)reader.TokenStartIndex..(int)reader.BytesConsumed].ToArray();
            }
            else
            {
                reader.Skip();
            }
        }

        return cursor;
    }

    private static void ReadItems(CatalogKind kind, ReadOnlySpan<byte> result, ref Utf8JsonReader reader, ICollection<CatalogItem> items)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException($"An item of '{kind.ListMethod()}' is no object.");
            if (ReadItem(kind, result, ref reader) is { } item)
                items.Add(item);
        }
    }

    /// <summary>An item without a name cannot be used by anybody: it alone is left out.</summary>
    private static CatalogItem? ReadItem(CatalogKind kind, ReadOnlySpan<byte> result, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        string? key = null;
        var range = default(ByteRange);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals(kind.KeyMember());
            reader.Read();
            if (isKey && reader.TokenType == JsonTokenType.String)
            {
                key = reader.GetString();
                range = new ByteRange((int)reader.TokenStartIndex - start, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            }
            else
            {
                reader.Skip();
            }
        }

        return key is null ? null : new CatalogItem(key, result[start..(int)reader.BytesConsumed].ToArray(), range);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw new JsonException($"Found {reader.TokenType} where {type} belongs.");
    }
}
