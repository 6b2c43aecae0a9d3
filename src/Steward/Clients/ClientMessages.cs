using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>Between the messages of the SDK and bytes.</summary>
internal static class ClientMessages
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 512 };

    private const int MaxKept = 64 * 1024;

    // One of each thread's own: a message is written in one go, and nothing within writes another.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static RentedFrame Request(long id, string method, JsonNode? parameters) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        WriteMethod(json, method, parameters);
    });

    public static RentedFrame Notification(string method, JsonNode? parameters) => Write(json => WriteMethod(json, method, parameters));

    public static RentedFrame Cancelled(long id) => Notification(NotificationMethods.CancelledNotification, new JsonObject { ["requestId"] = id });

    /// <summary>An answer to a question of the server.</summary>
    public static RentedFrame Result(RequestId id, JsonNode? result) => Write(json =>
    {
        WriteId(json, id);
        json.WritePropertyName("result"u8);
        WriteNode(json, result ?? new JsonObject());
    });

    /// <inheritdoc cref="Result"/>
    public static RentedFrame Error(RequestId id, int code, string message) => Write(json =>
    {
        WriteId(json, id);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, code);
        json.WriteString("message"u8, message);
        json.WriteEndObject();
    });

    /// <summary>Any message of the SDK.</summary>
    public static RentedFrame Of(JsonRpcMessage message) =>
        RentedFrame.Copy(JsonSerializer.SerializeToUtf8Bytes(message, ClientJson.TypeOf<JsonRpcMessage>()));

    public static JsonRpcRequest ReadRequest(RequestId id, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => new()
    {
        Id = id,
        Method = ReadMethod(message, envelope),
        Params = envelope.Params.Exists ? ReadNode(envelope.Params.Of(message)) : null,
    };

    public static JsonRpcNotification ReadNotification(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => new()
    {
        Method = ReadMethod(message, envelope),
        Params = envelope.Params.Exists ? ReadNode(envelope.Params.Of(message)) : null,
    };

    /// <exception cref="InvalidOperationException">It is no valid text.</exception>
    public static string ReadMethod(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var reader = new Utf8JsonReader(envelope.MethodName.Of(message));
        reader.Read();
        return reader.GetString()!;
    }

    /// <exception cref="JsonException">It is nested too deep.</exception>
    public static JsonNode? ReadNode(ReadOnlySpan<byte> json) => JsonNode.Parse(json, nodeOptions: null, Reading);

    public static RequestId ReadId(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ClientJson.TypeOf<RequestId>());

    public static bool TryReadId(ReadOnlySpan<byte> json, out long id) => Utf8Parser.TryParse(json, out id, out var read) && read == json.Length;

    private static void WriteMethod(Utf8JsonWriter json, string method, JsonNode? parameters)
    {
        json.WriteString("method"u8, method);
        if (parameters is null)
            return;
        json.WritePropertyName("params"u8);
        WriteNode(json, parameters);
    }

    private static void WriteId(Utf8JsonWriter json, RequestId id)
    {
        if (id.Id is string text)
            json.WriteString("id"u8, text);
        else
            json.WriteNumber("id"u8, (long)id.Id!);
    }

    private static void WriteNode(Utf8JsonWriter json, JsonNode? node)
    {
        if (node is null)
            json.WriteNullValue();
        else
            node.WriteTo(json);
    }

    private static RentedFrame Write(Action<Utf8JsonWriter> members)
    {
        var buffer = _scratch ??= new ArrayBufferWriter<byte>(512);
        var json = _writer ??= new Utf8JsonWriter(buffer, Options);
        try
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            members(json);
            json.WriteEndObject();
            json.Flush();
            return RentedFrame.Copy(buffer.WrittenSpan);
        }
        finally
        {
            if (buffer.Capacity > MaxKept)
                (_scratch, _writer) = (null, null);
            buffer.ResetWrittenCount();
            json.Reset(buffer);
        }
    }
}
