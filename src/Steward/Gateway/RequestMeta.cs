using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// What each request of the modern era must say in its <c>_meta</c>.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/index#meta"/>.
/// </summary>
internal static class RequestMeta
{
    private static ReadOnlySpan<byte> ModernJson => "\"2026-07-28\""u8;

    /// <summary>Finds what is wrong with it, if anything is.</summary>
    public static bool TryRefuse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, out Reply refusal)
    {
        refusal = default;
        var version = envelope.ProtocolVersion.Of(message);
        if (!version.SequenceEqual(ModernJson) && JsonText.Read(version) is var revision && revision != ProtocolRevisions.Modern)
        {
            refusal = revision is null
                ? Malformed(message, envelope, "params._meta needs the string \"io.modelcontextprotocol/protocolVersion\".")
                : Unsupported(message, envelope, revision);
            return true;
        }

        if (envelope.ClientCapabilities.Of(message) is not [(byte)'{', ..])
        {
            refusal = Malformed(message, envelope, "params._meta needs the object \"io.modelcontextprotocol/clientCapabilities\"; it may be empty.");
            return true;
        }

        if (!envelope.LogLevel.Exists || LogSeverities.Parse(envelope.LogLevel.Of(message)) is not null)
            return false;
        refusal = Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams,
            $"params._meta: \"io.modelcontextprotocol/logLevel\" is {envelope.LogLevel.Of(message).ToText()}; it must be one of debug, info, notice, warning, error, critical, alert, emergency.");
        return true;
    }

    /// <summary>Says that a revision is not spoken, and which are.</summary>
    public static Reply Unsupported(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, string requested) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.UnsupportedProtocolVersion,
            ProtocolRevisions.IsLegacy(requested) ? $"Protocol version {requested} is spoken after initialize only." : "Unsupported protocol version",
            json => WriteVersions(json, requested));

    private static Reply Malformed(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, string text) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams, text).AsMalformed();

    private static void WriteVersions(Utf8JsonWriter json, string requested)
    {
        json.WriteStartObject();
        json.WriteStartArray("supported"u8);
        foreach (var revision in ProtocolRevisions.All)
            json.WriteStringValue(revision);
        json.WriteEndArray();
        json.WriteString("requested"u8, requested);
        json.WriteEndObject();
    }
}
