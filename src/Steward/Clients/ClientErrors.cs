using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Steward.Clients;

/// <summary>What the SDK makes of a server's errors.</summary>
internal static class ClientErrors
{
    private const string DataKey = "data";

    /// <summary>The exception that stands for an error answer. What is in its <c>data</c> stands in <see cref="Exception.Data"/>: members by their names, anything else as "data".</summary>
    /// <exception cref="JsonException">It is no such error.</exception>
    public static McpProtocolException Read(ReadOnlySpan<byte> error)
    {
        var reader = new Utf8JsonReader(error, new JsonReaderOptions { MaxDepth = 512 });
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var code = root.TryGetProperty("code"u8, out var number) && number.TryGetInt32(out var value) ? (McpErrorCode)value : McpErrorCode.InternalError;
        var message = root.TryGetProperty("message"u8, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "The server gave no reason.";
        root.TryGetProperty("data"u8, out var data);

        var exception = code == McpErrorCode.UrlElicitationRequired && ReadElicitations(data) is { Count: > 0 } elicitations
            ? new UrlElicitationRequiredException(message, elicitations)
            : new McpProtocolException(message, code);
        if (data.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in data.EnumerateObject())
                exception.Data[member.Name] = member.Value.Clone();
        }
        else if (data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            exception.Data[DataKey] = data.Clone();
        }

        return exception;
    }

    private static List<ElicitRequestParams>? ReadElicitations(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("elicitations"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        return [.. list.EnumerateArray().Select(item => item.Deserialize(ClientJson.TypeOf<ElicitRequestParams>())).OfType<ElicitRequestParams>()];
    }
}
