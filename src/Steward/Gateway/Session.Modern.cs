using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <content>What servers of the modern era are told of the client with each of its requests.</content>
internal sealed partial class Session
{
    private byte[]? _modernMeta;
    private byte[]? _modernMetaWithTasks;
    private LogSeverity? _modernMetaLevel;

    /// <summary>The members that a request of the session gets in its <c>_meta</c>: revision, client, capabilities and log level.</summary>
    public byte[] ModernMeta => ModernMetaOf(ref _modernMeta, withTasks: false);

    /// <summary>The same for a request whose answer may be a task, which the client itself does not know.</summary>
    public byte[] ModernMetaWithTasks => ModernMetaOf(ref _modernMetaWithTasks, withTasks: true);

    /// <summary>Written once for each level: every request of the session has it.</summary>
    private byte[] ModernMetaOf(ref byte[]? written, bool withTasks)
    {
        var level = LogLevel;
        lock (Gate)
        {
            if (_modernMetaLevel != level)
                (_modernMeta, _modernMetaWithTasks, _modernMetaLevel) = (null, null, level);
            return written ??= WriteModernMeta(level, withTasks);
        }
    }

    private byte[] WriteModernMeta(LogSeverity? level, bool withTasks)
    {
        var reader = new Utf8JsonReader(Opening.Parameters, JsonRpcEnvelope.ReaderOptions);
        using var opening = JsonDocument.ParseValue(ref reader);
        try
        {
            return WriteModernMeta(level, opening.RootElement, withTasks);
        }
        catch (InvalidOperationException)
        {
            return WriteModernMeta(level, default, withTasks); // half a surrogate pair in a name: JSON, yet no text
        }
    }

    private static byte[] WriteModernMeta(LogSeverity? level, JsonElement opening, bool withTasks) =>
        JsonRpcWriter.Object(json =>
        {
            json.WriteString("io.modelcontextprotocol/protocolVersion"u8, ProtocolRevisions.Modern);
            if (Member(opening, "clientInfo") is { ValueKind: JsonValueKind.Object } info)
            {
                json.WritePropertyName("io.modelcontextprotocol/clientInfo"u8);
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(info), skipInputValidation: true);
            }

            json.WritePropertyName("io.modelcontextprotocol/clientCapabilities"u8);
            CapabilityTranslation.WriteModern(json, Member(opening, "capabilities"), withTasks);
            // A client that set no level gets what its server likes to say: of this era, nothing without being asked.
            json.WritePropertyName("io.modelcontextprotocol/logLevel"u8);
            json.WriteRawValue((level ?? LogSeverity.Info).ToJson());
        })[1..^1];

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;
}
