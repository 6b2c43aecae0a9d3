using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>
/// What an answer of a modern server must not have in the eyes of a legacy client. Results are open in all revisions, so what only
/// the modern era has beside (<c>resultType</c>, <c>ttlMs</c>, <c>cacheScope</c>, the server's identity) does no harm and stays.
/// </summary>
internal static class LegacyResult
{
    /// <summary>What replaces which parts of an answer with a result.</summary>
    public static (ByteRange Part, byte[] Bytes)[] Of(McpMethod method, in ResultParts parts, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => method switch
    {
        McpMethod.ToolsCall => OfCall(parts, envelope.Result.Of(message), envelope.Result.Start),
        McpMethod.ToolsList => OfTools(envelope.Result.Of(message), envelope.Result.Start),
        _ => [],
    };

    /// <summary>The same of an answer with an error.</summary>
    public static (ByteRange Part, byte[] Bytes)[] OfError(RoundsExchange exchange, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var error = envelope.Error.Of(message);
        switch (JsonRpcErrorCode.Read(error))
        {
            // A resource that is not there has a code of its own in the legacy era; other parameters that are wrong keep theirs.
            case JsonRpcErrorCode.InvalidParams when exchange.Method == McpMethod.ResourcesRead && JsonMembers.Find(JsonMembers.Find(error, "data"u8).Of(error), "uri"u8).Exists:
                return [(JsonMembers.Find(error, "code"u8).From(envelope.Error.Start), "-32002"u8.ToArray())];
            case JsonRpcErrorCode.MissingRequiredClientCapability:
                var data = JsonMembers.Find(error, "data"u8).Of(error);
                var needed = JsonMembers.Find(data, "requiredCapabilities"u8).Of(data).ToText();
                return [(JsonMembers.Find(error, "message"u8).From(envelope.Error.Start),
                    JsonRpcWriter.String($"Server '{exchange.Connection.ServerId}' needs what the client '{exchange.Session.Name}' did not declare in its capabilities: {needed}"))];
            default:
                return [];
        }
    }

    /// <summary>Structured content is an object in the legacy era; any other is kept as text.</summary>
    private static (ByteRange Part, byte[] Bytes)[] OfCall(in ResultParts parts, ReadOnlySpan<byte> result, int start)
    {
        var structured = parts.StructuredContent;
        if (!structured.Exists || result[structured.Start] == (byte)'{')
            return [];
        List<(ByteRange, byte[])> changes = [(JsonMembers.FindWhole(result, "structuredContent"u8).From(start), [])];
        var content = parts.Content;
        if (content.Exists && content.Of(result)[1..].TrimStart(" \t\r\n"u8) is [(byte)']', ..])
        {
            byte[] text = [.. "[{\"type\":\"text\",\"text\":"u8, .. JsonRpcWriter.String(System.Text.Encoding.UTF8.GetString(structured.Of(result))), .. "}]"u8];
            changes.Add((content.From(start), text));
        }

        return [.. changes];
    }

    /// <summary>The same holds of what tools say of their structured content: clients refuse the whole list for one other schema.</summary>
    private static (ByteRange Part, byte[] Bytes)[] OfTools(ReadOnlySpan<byte> result, int start)
    {
        var tools = JsonMembers.Find(result, "tools"u8);
        return tools.Exists && LegacyTools.TryTranslate(tools.Of(result), out var translated) ? [(tools.From(start), translated)] : [];
    }
}
