using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// A legacy server asked for what the client did not declare, was refused, and failed for it. The modern era has an error for that.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/schema#missingrequiredclientcapabilityerror"/>.
/// </summary>
internal static class UndeclaredCapability
{
    /// <summary>Whether an answer says that the call failed: an error, or the result of a tool that says it is one.</summary>
    public static bool IsFailure(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!envelope.Result.Exists)
            return envelope.Error.Exists;
        var reader = new Utf8JsonReader(envelope.Result.Of(message), JsonRpcEnvelope.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isError = reader.ValueTextEquals("isError"u8);
            reader.Read();
            if (isError)
                return reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }

        return false;
    }

    public static string NameOf(McpMethod asked) => asked switch
    {
        McpMethod.RootsList => "roots",
        McpMethod.SamplingCreateMessage => "sampling",
        _ => "elicitation",
    };

    /// <summary>Writes the error's data: <c>requiredCapabilities</c>.</summary>
    public static void WriteData(Utf8JsonWriter json, McpMethod asked, bool isUrl)
    {
        json.WriteStartObject();
        json.WriteStartObject("requiredCapabilities"u8);
        json.WriteStartObject(NameOf(asked));
        if (asked == McpMethod.ElicitationCreate)
        {
            json.WriteStartObject(isUrl ? "url"u8 : "form"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
