using System.Text.Json;

namespace Steward.Upstreams;

/// <summary>A server answered with a JSON-RPC error, or its answer will never come.</summary>
public sealed class UpstreamErrorException : Exception
{
    /// <summary>Creates the exception.</summary>
    public UpstreamErrorException(int code, string message) : base(message) => Code = code;

    /// <summary>The JSON-RPC error code.</summary>
    public int Code { get; }

    internal static UpstreamErrorException Read(ReadOnlySpan<byte> error)
    {
        try
        {
            var reader = new Utf8JsonReader(error);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return new UpstreamErrorException(
                root.TryGetProperty("code"u8, out var code) && code.TryGetInt32(out var number) ? number : 0,
                root.TryGetProperty("message"u8, out var message) ? message.ToString() : "The server gave an error without a message.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return new UpstreamErrorException(0, "The server gave an error that is no JSON-RPC error object.");
        }
    }
}
