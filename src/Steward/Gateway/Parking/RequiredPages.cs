using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// The legacy error that says: the user must visit some pages, then call again. The modern era says it by a result that asks for
/// input; a retry with the responses is the call made again, so that no state is needed.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error"/>.
/// </summary>
internal static class RequiredPages
{
    /// <summary>The error as a result; <see langword="false"/> where it is another error, or does not name a page.</summary>
    public static bool TryTranslate(ReadOnlySpan<byte> error, out byte[] result)
    {
        result = [];
        if (JsonRpcErrorCode.Read(error) != JsonRpcErrorCode.UrlElicitationRequired)
            return false;
        var reader = new Utf8JsonReader(error, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        if (!document.RootElement.TryGetProperty("data"u8, out var data) || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty("elicitations"u8, out var elicitations) || elicitations.ValueKind != JsonValueKind.Array)
            return false;

        JsonElement[] pages = [.. elicitations.EnumerateArray().Where(IsPage)];
        if (pages.Length == 0)
            return false;
        result = JsonRpcWriter.Object(json => Write(json, pages));
        return true;
    }

    private static void Write(Utf8JsonWriter json, JsonElement[] pages)
    {
        json.WriteString("resultType"u8, "input_required"u8);
        json.WriteStartObject("inputRequests"u8);
        for (var i = 0; i < pages.Length; i++)
        {
            json.WriteStartObject($"page-{i + 1}");
            json.WriteString("method"u8, "elicitation/create"u8);
            json.WriteStartObject("params"u8);
            json.WriteString("mode"u8, "url"u8);
            foreach (var name in (ReadOnlySpan<string>)["url", "message"])
            {
                json.WritePropertyName(name);
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(pages[i].GetProperty(name)), skipInputValidation: true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static bool IsPage(JsonElement elicitation) => elicitation.ValueKind == JsonValueKind.Object
        && elicitation.TryGetProperty("url"u8, out var url) && url.ValueKind == JsonValueKind.String
        && elicitation.TryGetProperty("message"u8, out var message) && message.ValueKind == JsonValueKind.String;
}
