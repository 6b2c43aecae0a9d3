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
    public static ConfigNode? Parse(ConfigReading reading)
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
            var root = ReadValue(ref reader);
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

    private static ConfigNode ReadValue(ref Utf8JsonReader reader)
    {
        var offset = (int)reader.TokenStartIndex;
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => new(JsonValueKind.Object, offset) { Properties = ReadProperties(ref reader) },
            JsonTokenType.StartArray => new(JsonValueKind.Array, offset) { Items = ReadItems(ref reader) },
            JsonTokenType.String => new(JsonValueKind.String, offset) { Text = ReadText(ref reader) },
            JsonTokenType.Number => new(JsonValueKind.Number, offset) { Text = Encoding.UTF8.GetString(reader.ValueSpan) },
            JsonTokenType.True => new(JsonValueKind.True, offset),
            JsonTokenType.False => new(JsonValueKind.False, offset),
            _ => new(JsonValueKind.Null, offset),
        };
    }

    private static List<ConfigProperty> ReadProperties(ref Utf8JsonReader reader)
    {
        var properties = new List<ConfigProperty>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var offset = (int)reader.TokenStartIndex;
            var name = ReadText(ref reader);
            reader.Read();
            properties.Add(new(name, offset, ReadValue(ref reader)));
        }

        return properties;
    }

    private static List<ConfigNode> ReadItems(ref Utf8JsonReader reader)
    {
        var items = new List<ConfigNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(ReadValue(ref reader));
        return items;
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            // The reader accepts "\ud800" alone and only fails to turn it into text.
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
        if (quoteEnd > 3)
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
