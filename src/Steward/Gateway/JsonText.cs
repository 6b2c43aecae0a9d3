using System.Text;
using System.Text.Json;

namespace Steward.Gateway;

/// <summary>Reads strings out of messages.</summary>
internal static class JsonText
{
    /// <summary>The characters of a JSON string; <see langword="null"/> where the value is no string.</summary>
    public static string? Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != '"')
            return null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // no valid UTF-8
        }
    }

    /// <summary>A piece of a message for people to read, bounded.</summary>
    public static string ToText(this ReadOnlySpan<byte> json)
    {
        const int Most = 200;
        return json.Length <= Most ? Encoding.UTF8.GetString(json) : Encoding.UTF8.GetString(json[..Most]) + "…";
    }

    /// <summary>The same into a buffer, without allocating; <see langword="false"/> where it is long or has escapes: use <see cref="Read"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, Span<char> destination, out ReadOnlySpan<char> text)
    {
        text = default;
        if (json.Length < 2 || json.Length - 2 > destination.Length || json[0] != '"' || json.Contains((byte)'\\'))
            return false;
        text = destination[..Encoding.UTF8.GetChars(json[1..^1], destination)];
        return true;
    }
}
