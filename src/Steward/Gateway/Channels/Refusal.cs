using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Channels;

/// <summary>What is said to something that is no message.</summary>
internal static class Refusal
{
    /// <summary>The error answer to bytes of which <see cref="JsonRpcEnvelope.Parse"/> made nothing.</summary>
    public static byte[] OfInvalid(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var reader = new Utf8JsonReader(message, JsonRpcEnvelope.ReaderOptions);
        try
        {
            while (reader.Read())
            {
                // Only whether it is JSON at all.
            }
        }
        catch (JsonException error)
        {
            return JsonRpcWriter.Error(envelope.Id.Of(message), JsonRpcErrorCode.ParseError, $"The message is no JSON: {error.Message}");
        }

        return JsonRpcWriter.Error(envelope.Id.Of(message), JsonRpcErrorCode.InvalidRequest,
            "This is no JSON-RPC 2.0 message: it needs jsonrpc \"2.0\", and either method, or id with result or error, each once.");
    }
}
