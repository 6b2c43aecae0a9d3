using System.Text;
using System.Text.Json.Nodes;
using Steward.Wire;

namespace Steward.Tests.Wire;

/// <summary>Short ways to make and look at messages.</summary>
internal static class Messages
{
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    public static JsonRpcEnvelope Parse(string message) => JsonRpcEnvelope.Parse(Utf8(message));

    /// <summary>What stands in a range; empty where it does not exist.</summary>
    public static string At(this string message, ByteRange range) => Text(range.Of(Utf8(message)));

    public static JsonNode Json(ReadOnlySpan<byte> bytes) => JsonNode.Parse(Encoding.UTF8.GetString(bytes), documentOptions: new() { MaxDepth = 512 })!;
}
