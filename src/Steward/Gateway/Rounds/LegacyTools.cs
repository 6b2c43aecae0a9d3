using System.Buffers;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>Tools of modern servers for clients of the legacy era, which take an output schema only if it is one of an object.</summary>
internal static class LegacyTools
{
    /// <summary>A list of tools without such schemas; <see langword="false"/> where there are none in it.</summary>
    public static bool TryTranslate(ReadOnlySpan<byte> tools, out byte[] translated)
    {
        translated = [];
        var reader = new Utf8JsonReader(tools, JsonRpcEnvelope.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        ArrayBufferWriter<byte>? copy = null;
        var copied = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var cut = FindForeign(tools[start..(int)reader.BytesConsumed]);
            if (!cut.Exists)
                continue;
            copy ??= new ArrayBufferWriter<byte>(tools.Length);
            copy.Write(tools[copied..(start + cut.Start)]);
            copied = start + cut.End;
        }

        if (copy is null)
            return false;
        copy.Write(tools[copied..]);
        translated = copy.WrittenSpan.ToArray();
        return true;
    }

    /// <summary>The result of a list request without such schemas.</summary>
    public static byte[] OfResult(byte[] result)
    {
        var tools = JsonMembers.Find(result, "tools"u8);
        return tools.Exists && TryTranslate(tools.Of(result), out var translated)
            ? [.. result.AsSpan(0, tools.Start), .. translated, .. result.AsSpan(tools.End)]
            : result;
    }

    /// <summary>What to cut out of a tool so that its output schema is gone, if that is none of an object.</summary>
    private static ByteRange FindForeign(ReadOnlySpan<byte> tool)
    {
        var schema = JsonMembers.Find(tool, "outputSchema"u8);
        if (!schema.Exists)
            return default;
        var type = JsonMembers.Find(schema.Of(tool), "type"u8).Of(schema.Of(tool));
        return JsonText.Read(type) == "object" ? default : JsonMembers.FindWhole(tool, "outputSchema"u8);
    }
}
