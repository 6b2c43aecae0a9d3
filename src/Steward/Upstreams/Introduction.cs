using System.Text.Json;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Who a server is told that it speaks with: Steward on behalf of all its clients, or one of them.</summary>
/// <param name="Initialize">The <c>params</c> of <c>initialize</c>.</param>
/// <param name="Meta">The members that every request has in its <c>_meta</c> where the server is of the modern era.</param>
internal sealed record Introduction(ReadOnlyMemory<byte> Initialize, ReadOnlyMemory<byte> Meta)
{
    /// <summary>
    /// What Steward says of itself where many clients share the server: it can do what any of them can. Servers list by it what they
    /// offer, and a modern one checks each call by what its own client can do.
    /// </summary>
    public static Introduction Shared { get; } = Of(roots: true, rootsMayChange: true, sampling: true, samplingTools: false);

    /// <summary>What Steward says of itself where it speaks for something that can be asked for not more than this, and for elicitation.</summary>
    /// <param name="roots">Whether it can be asked for roots.</param>
    /// <param name="rootsMayChange">Whether it tells when they change.</param>
    /// <param name="sampling">Whether it can be asked for sampling.</param>
    /// <param name="samplingTools">Whether the model may then be given tools.</param>
    public static Introduction Of(bool roots, bool rootsMayChange, bool sampling, bool samplingTools) => new(
        JsonRpcWriter.Object(json =>
        {
            json.WriteString("protocolVersion"u8, ProtocolRevisions.LatestLegacy);
            json.WriteStartObject("capabilities"u8);
            if (roots && rootsMayChange)
            {
                json.WriteStartObject("roots"u8);
                json.WriteBoolean("listChanged"u8, true);
                json.WriteEndObject();
            }
            else if (roots)
            {
                WriteEmpty(json, "roots"u8);
            }

            WriteSampling(json, sampling, samplingTools);
            WriteElicitation(json);
            json.WriteEndObject();
            json.WritePropertyName("clientInfo"u8);
            WriteSteward(json);
        }),
        Members(json =>
        {
            json.WriteString("io.modelcontextprotocol/protocolVersion"u8, ProtocolRevisions.Modern);
            json.WritePropertyName("io.modelcontextprotocol/clientInfo"u8);
            WriteSteward(json);
            json.WriteStartObject("io.modelcontextprotocol/clientCapabilities"u8);
            if (roots)
                WriteEmpty(json, "roots"u8);
            WriteSampling(json, sampling, samplingTools);
            WriteElicitation(json);
            json.WriteEndObject();
        }));

    private static void WriteSampling(Utf8JsonWriter json, bool sampling, bool tools)
    {
        if (!sampling)
            return;
        json.WriteStartObject("sampling"u8);
        if (tools)
            WriteEmpty(json, "tools"u8);
        json.WriteEndObject();
    }

    private static void WriteElicitation(Utf8JsonWriter json)
    {
        json.WriteStartObject("elicitation"u8); // an empty object would mean forms only
        WriteEmpty(json, "form"u8);
        WriteEmpty(json, "url"u8);
        json.WriteEndObject();
    }

    private static void WriteSteward(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, "steward"u8);
        json.WriteString("version"u8, ProtocolRevisions.StewardVersion);
        json.WriteEndObject();
    }

    private static void WriteEmpty(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        json.WriteStartObject(name);
        json.WriteEndObject();
    }

    private static byte[] Members(Action<Utf8JsonWriter> members) => JsonRpcWriter.Object(members)[1..^1];
}
