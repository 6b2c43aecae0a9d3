using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Steward.Configuration.Parsing;

/// <summary>Turns configuration text into positioned nodes. Reads JSON with comments and trailing commas.</summary>
internal static class ConfigTree
{
    /// <summary>Far more than the deepest key needs; keeps the recursion here and in the sections bounded.</summary>
    private const int MaxDepth = 64;

    /// <summary>The root of the text, or null when it is no JSON: then the problem is noted.</summary>
    /// <param name="reading">The text, and where problems go.</param>
    /// <param name="takesHalfPairs">
    /// Whether a string may hold half of a surrogate pair. Such a string stays as it is written: programs that cut texts by
    /// UTF-16 units write it, and it is no reason to refuse what else their files hold.
    /// </param>
    public static ConfigNode? Parse(ConfigReading reading, bool takesHalfPairs = false)
    {
        var source = reading.Source;
        if (!Utf8.IsValid(source.Utf8))
        {
            reading.Problem(FirstInvalidByte(source.Utf8), KeyPath.Root, "the file is not UTF-8 text", "Save it in the encoding UTF-8.");
            return null;
        }

        if (source.Utf8.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            reading.Problem(0, KeyPath.Root, "the file is empty", "Write an object with \"mcpServers\".");
            return null;
        }

        var reader = new Utf8JsonReader(source.Utf8, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = MaxDepth,
        });
        try
        {
            reader.Read();
            var root = ReadValue(ref reader, takesHalfPairs);
            while (reader.Read())
            {
                // Text after the root makes the reader throw, with its place.
            }

            return root;
        }
        catch (JsonException error)
        {
            var offset = source.OffsetOf(error.LineNumber ?? 0, error.BytePositionInLine ?? 0);
            reading.Problem(offset, KeyPath.Root, $"the file is no valid JSON: {Reason(error)}", "Mend the text at this place or just before it.");
            return null;
        }
    }

    private static ConfigNode ReadValue(ref Utf8JsonReader reader, bool takesHalfPairs)
    {
        var offset = (int)reader.TokenStartIndex;
        var node = reader.TokenType switch
        {
            JsonTokenType.StartObject => new ConfigNode(JsonValueKind.Object, offset) { Properties = ReadProperties(ref reader, takesHalfPairs) },
            JsonTokenType.StartArray => new(JsonValueKind.Array, offset) { Items = ReadItems(ref reader, takesHalfPairs) },
            JsonTokenType.String => new(JsonValueKind.String, offset) { Text = ReadText(ref reader, takesHalfPairs) },
            JsonTokenType.Number => new(JsonValueKind.Number, offset) { Text = Encoding.UTF8.GetString(reader.ValueSpan) },
            JsonTokenType.True => new(JsonValueKind.True, offset),
            JsonTokenType.False => new(JsonValueKind.False, offset),
            _ => new(JsonValueKind.Null, offset),
        };
        return node with { End = (int)reader.BytesConsumed };
    }

    private static List<ConfigProperty> ReadProperties(ref Utf8JsonReader reader, bool takesHalfPairs)
    {
        var properties = new List<ConfigProperty>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var offset = (int)reader.TokenStartIndex;
            var name = ReadText(ref reader, takesHalfPairs);
            reader.Read();
            properties.Add(new(name, offset, ReadValue(ref reader, takesHalfPairs)));
        }

        return properties;
    }

    private static List<ConfigNode> ReadItems(ref Utf8JsonReader reader, bool takesHalfPairs)
    {
        var items = new List<ConfigNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(ReadValue(ref reader, takesHalfPairs));
        return items;
    }

    private static string ReadText(ref Utf8JsonReader reader, bool takesHalfPairs)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            // The reader accepts "\ud800" alone and only fails to turn it into text.
            if (takesHalfPairs)
                return Encoding.UTF8.GetString(reader.ValueSpan);
            var before = reader.TokenStartIndex;
            throw new JsonException("a \\u escape is half of a surrogate pair.", null, 0, before, error);
        }
    }

    /// <summary>The reader's own words without its place, which we give as line and column, and without text of the file, which may be secret.</summary>
    private static string Reason(JsonException error)
    {
        var reason = error.Message;
        var place = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (place >= 0)
            reason = reason[..place];
        var quoteEnd = reason.StartsWith('\'') ? reason.IndexOf("' is ", StringComparison.Ordinal) : -1;
        if (quoteEnd > 2) // more than one character: a piece of the text
            reason = "the text here is " + reason[(quoteEnd + "' is ".Length)..];
        return reason.TrimEnd('.');
    }

    private static int FirstInvalidByte(ReadOnlySpan<byte> utf8)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(utf8[offset..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            offset += consumed;
        return offset;
    }
}
