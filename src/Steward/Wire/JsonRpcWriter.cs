using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Steward.Wire;

/// <summary>Builds the messages that Steward itself says.</summary>
internal static class JsonRpcWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> ResultHead => "{\"jsonrpc\":\"2.0\",\"id\":"u8;

    private static ReadOnlySpan<byte> ResultMiddle => ",\"result\":"u8;

    /// <summary>An error answer.</summary>
    /// <param name="id">The request's id as it stood there, quotes included; empty writes <c>null</c>.</param>
    /// <param name="code">See <see cref="JsonRpcErrorCode"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="data">Writes the value of <c>data</c>, where there is one.</param>
    public static byte[] Error(ReadOnlySpan<byte> id, int code, string message, Action<Utf8JsonWriter>? data = null)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WritePropertyName("id"u8);
            writer.WriteRawValue(id.IsEmpty ? "null"u8 : id, skipInputValidation: true);
            writer.WriteStartObject("error"u8);
            writer.WriteNumber("code"u8, code);
            writer.WriteString("message"u8, message);
            if (data is not null)
            {
                writer.WritePropertyName("data"u8);
                data(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A result answer around a result that is JSON already.</summary>
    public static byte[] Result(ReadOnlySpan<byte> id, ReadOnlySpan<byte> result) =>
        [.. ResultHead, .. id, .. ResultMiddle, .. result, (byte)'}'];

    /// <summary>A request.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="method">Its method.</param>
    /// <param name="parameters">The <c>params</c> as JSON; empty leaves them out.</param>
    public static byte[] Request(long id, string method, ReadOnlySpan<byte> parameters) => Message(id, method, parameters);

    /// <summary>A notification; empty parameters are left out.</summary>
    public static byte[] Notification(string method, ReadOnlySpan<byte> parameters = default) => Message(null, method, parameters);

    /// <summary>A JSON object whose members a callback writes.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A JSON string, quotes included.</summary>
    public static byte[] String(string value)
    {
        var buffer = new ArrayBufferWriter<byte>(value.Length + 2);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            writer.WriteStringValue(value);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Message(long? id, string method, ReadOnlySpan<byte> parameters)
    {
        var buffer = new ArrayBufferWriter<byte>(128 + parameters.Length);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            if (id is { } number)
                writer.WriteNumber("id"u8, number);
            writer.WriteString("method"u8, method);
            if (!parameters.IsEmpty)
            {
                writer.WritePropertyName("params"u8);
                writer.WriteRawValue(parameters, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
