using System.Text;
using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Leases;

/// <summary>
/// For whom a process is: what it has learned in one call is for later calls of the same client only, and it was told in its
/// handshake what that client can do.
/// </summary>
/// <param name="Principal">Who the client is, where clients must say so.</param>
/// <param name="Channel">The connection that carries everything for it; <see langword="null"/> where each request may come by another.</param>
/// <param name="Info">Its <c>clientInfo</c>, as it wrote it.</param>
/// <param name="Capabilities">Its <c>clientCapabilities</c>, as it wrote them.</param>
internal sealed record LeaseKey(string? Principal, EventStream? Channel, string Info, string Capabilities)
{
    /// <summary>The key of all calls of a client.</summary>
    public static LeaseKey Of(ModernClient client) =>
        new(client.Principal, client.Channel, Encoding.UTF8.GetString(client.Info), Encoding.UTF8.GetString(client.DeclaredCapabilities));

    /// <summary>The client as its processes come to know it.</summary>
    public static Introduction Introduce(ModernClient client) => new(WriteOpening(client), MetaOf(client));

    /// <summary>The members of <c>_meta</c> by which a request is known to be made for a client.</summary>
    public static byte[] MetaOf(ModernClient client) => JsonRpcWriter.Object(json =>
    {
        json.WriteString("io.modelcontextprotocol/protocolVersion"u8, ProtocolRevisions.Modern);
        json.WritePropertyName("io.modelcontextprotocol/clientInfo"u8);
        json.WriteRawValue(InfoOf(client), skipInputValidation: true);
        json.WritePropertyName("io.modelcontextprotocol/clientCapabilities"u8);
        json.WriteRawValue(client.DeclaredCapabilities, skipInputValidation: true);
    })[1..^1];

    private static byte[] WriteOpening(ModernClient client) => JsonRpcWriter.Object(json =>
    {
        json.WriteString("protocolVersion"u8, ProtocolRevisions.LatestLegacy);
        json.WritePropertyName("capabilities"u8);
        var reader = new Utf8JsonReader(client.DeclaredCapabilities, JsonRpcEnvelope.ReaderOptions);
        using (var declared = JsonDocument.ParseValue(ref reader))
            CapabilityTranslation.WriteLegacy(json, declared.RootElement);
        json.WritePropertyName("clientInfo"u8);
        json.WriteRawValue(InfoOf(client), skipInputValidation: true);
    });

    /// <summary>Legacy servers refuse whoever does not say who he is.</summary>
    private static byte[] InfoOf(ModernClient client) => client.Info is [(byte)'{', ..] ? client.Info : StewardIdentity.Json;
}
