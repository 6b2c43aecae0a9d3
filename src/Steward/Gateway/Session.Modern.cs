using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <content>What servers of the modern era are told of the client with each of its requests.</content>
internal sealed partial class Session
{
    private byte[]? _modernMeta;
    private LogSeverity? _modernMetaLevel;

    /// <summary>The members that a request of the session gets in its <c>_meta</c>: revision, client, capabilities and log level.</summary>
    public byte[] ModernMeta
    {
        get
        {
            var level = LogLevel;
            lock (Gate)
            {
                if (_modernMeta is null || _modernMetaLevel != level)
                    (_modernMeta, _modernMetaLevel) = (WriteModernMeta(level), level);
                return _modernMeta;
            }
        }
    }

    private byte[] WriteModernMeta(LogSeverity? level)
    {
        using var opening = JsonDocument.Parse(Opening.Parameters);
        var root = opening.RootElement;
        return JsonRpcWriter.Object(json =>
        {
            json.WriteString("io.modelcontextprotocol/protocolVersion"u8, ProtocolRevisions.Modern);
            if (root.TryGetProperty("clientInfo"u8, out var info) && info.ValueKind == JsonValueKind.Object)
            {
                json.WritePropertyName("io.modelcontextprotocol/clientInfo"u8);
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(info), skipInputValidation: true);
            }

            json.WritePropertyName("io.modelcontextprotocol/clientCapabilities"u8);
            CapabilityTranslation.WriteModern(json, root.TryGetProperty("capabilities"u8, out var declared) ? declared : default);
            // A client that set no level gets what its server likes to say: of this era, nothing without being asked.
            json.WritePropertyName("io.modelcontextprotocol/logLevel"u8);
            json.WriteRawValue((level ?? LogSeverity.Info).ToJson());
        })[1..^1];
    }
}
