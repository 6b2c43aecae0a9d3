using System.Text;
using System.Text.Json;

namespace Steward.Upstreams;

/// <summary>A server answered with a JSON-RPC error, or its answer will never come.</summary>
internal sealed class UpstreamErrorException : Exception
{
    /// <summary>Creates the exception.</summary>
    public UpstreamErrorException(int code, string message) : base(message) => Code = code;

    /// <summary>The JSON-RPC error code.</summary>
    public int Code { get; }

    /// <summary>The error's <c>data</c> as the server wrote it; empty where it gave none.</summary>
    internal byte[] Details { get; init; } = [];

    /// <summary>Whether the server itself gave the error.</summary>
    internal bool IsAnswer { get; init; }

    /// <summary>The HTTP status with which a remote server refused the request without an answer; else 0.</summary>
    internal int Status { get; init; }

    internal static UpstreamErrorException Read(ReadOnlySpan<byte> error)
    {
        try
        {
            var reader = new Utf8JsonReader(error);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return new UpstreamErrorException(
                root.TryGetProperty("code"u8, out var code) && code.TryGetInt32(out var number) ? number : 0,
                root.TryGetProperty("message"u8, out var message) ? message.ToString() : "The server gave an error without a message.")
            {
                Details = root.TryGetProperty("data"u8, out var data) ? Encoding.UTF8.GetBytes(data.GetRawText()) : [],
                IsAnswer = true,
            };
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return new UpstreamErrorException(0, "The server gave an error that is no JSON-RPC error object.") { IsAnswer = true };
        }
    }
}
