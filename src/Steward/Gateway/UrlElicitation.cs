using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Tells the two modes of elicitation apart.</summary>
internal static class UrlElicitation
{
    /// <summary>Whether the message asks the user to visit a URL: <c>params.mode</c> is <c>url</c>.</summary>
    public static bool Is(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Method != McpMethod.ElicitationCreate || !envelope.Params.Exists)
            return false;
        var reader = new Utf8JsonReader(envelope.Params.Of(message));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMode = reader.ValueTextEquals("mode"u8);
            reader.Read();
            if (isMode)
                return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("url"u8);
            reader.Skip();
        }

        return false;
    }
}
