using System.Text;
using System.Text.Json;
using Steward.Upstreams;

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
        var text = new StringBuilder($"\"io.modelcontextprotocol/protocolVersion\":\"{ProtocolRevisions.Modern}\"");
        using var opening = JsonDocument.Parse(Opening.Parameters);
        if (opening.RootElement.TryGetProperty("clientInfo"u8, out var info) && info.ValueKind == JsonValueKind.Object)
            text.Append(",\"io.modelcontextprotocol/clientInfo\":").Append(info.GetRawText());
        var capabilities = opening.RootElement.TryGetProperty("capabilities"u8, out var declared) && declared.ValueKind == JsonValueKind.Object ? declared.GetRawText() : "{}";
        text.Append(",\"io.modelcontextprotocol/clientCapabilities\":").Append(capabilities);
        // A client that set no level gets what its server likes to say: of this era, nothing without being asked.
        text.Append(",\"io.modelcontextprotocol/logLevel\":").Append(Encoding.UTF8.GetString((level ?? LogSeverity.Info).ToJson()));
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
