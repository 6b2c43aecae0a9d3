using System.Buffers.Text;
using System.Text.Json;

namespace Steward.Wire;

/// <summary>Error codes of JSON-RPC 2.0, of MCP, and of this gateway.</summary>
internal static class JsonRpcErrorCode
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>The server behind the gateway is not there, or went away during the call.</summary>
    public const int ServerUnavailable = -32000;

    /// <summary>No answer in time; the code that the official SDKs use.</summary>
    public const int RequestTimeout = -32001;

    /// <summary>See <see href="https://modelcontextprotocol.io/specification/2025-11-25/server/resources#error-handling"/>.</summary>
    public const int ResourceNotFound = -32002;

    /// <summary>A limit of the gateway was reached.</summary>
    public const int LimitReached = -32003;

    /// <summary>
    /// Headers and body of a request of the modern era differ.
    /// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation"/>.
    /// </summary>
    public const int HeaderMismatch = -32020;

    /// <summary>A request needs a capability that its client did not declare.</summary>
    public const int MissingRequiredClientCapability = -32021;

    /// <summary>The protocol version of a request is not spoken here; <c>data.supported</c> lists those that are.</summary>
    public const int UnsupportedProtocolVersion = -32022;

    /// <summary>Whether only a server of the modern era says this.</summary>
    public static bool IsModern(int code) => code is HeaderMismatch or MissingRequiredClientCapability or UnsupportedProtocolVersion;

    /// <summary>
    /// The user must visit a page before the request can be done.
    /// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error"/>.
    /// </summary>
    public const int UrlElicitationRequired = -32042;

    /// <summary>The code of an <c>error</c> object; 0 where it has none.</summary>
    public static int Read(ReadOnlySpan<byte> error) =>
        Utf8Parser.TryParse(Find(error).Of(error), out int code, out var read) && read == Find(error).Length ? code : 0;

    /// <summary>Where the code of an <c>error</c> object is.</summary>
    public static ByteRange Find(ReadOnlySpan<byte> error)
    {
        var reader = new Utf8JsonReader(error, JsonRpcEnvelope.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCode = reader.ValueTextEquals("code"u8);
            reader.Read();
            if (isCode)
                return reader.TokenType == JsonTokenType.Number ? new ByteRange((int)reader.TokenStartIndex, reader.ValueSpan.Length) : default;
            reader.Skip();
        }

        return default;
    }
}
