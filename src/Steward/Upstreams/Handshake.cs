using System.Text.Json;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Opens the conversation with a server of the legacy era.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#initialization"/>.
/// </summary>
internal static class Handshake
{
    /// <summary>What Steward says of itself where many clients share the server: it can do what any of them can.</summary>
    public static byte[] SharedParameters { get; } = JsonRpcWriter.Object(json =>
    {
        json.WriteString("protocolVersion"u8, ProtocolRevisions.LatestLegacy);
        json.WriteStartObject("capabilities"u8);
        json.WriteStartObject("roots"u8);
        json.WriteBoolean("listChanged"u8, true);
        json.WriteEndObject();
        json.WriteStartObject("sampling"u8);
        json.WriteEndObject();
        json.WriteStartObject("elicitation"u8); // an empty object would mean forms only
        json.WriteStartObject("form"u8);
        json.WriteEndObject();
        json.WriteStartObject("url"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("clientInfo"u8);
        json.WriteString("name"u8, "steward"u8);
        json.WriteString("version"u8, ProtocolRevisions.StewardVersion);
        json.WriteEndObject();
    });

    /// <summary>Sends <c>initialize</c> and, when the answer is one we can live with, <c>notifications/initialized</c>.</summary>
    /// <exception cref="ServerLaunchException">The server refused, or speaks no revision that we know.</exception>
    public static async Task<HandshakeResult> PerformAsync(UpstreamConnection connection, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken)
    {
        HandshakeResult result;
        try
        {
            // The start-up time-out of the caller bounds it; the token is that time-out.
            var raw = await connection.RequestAsync("initialize", parameters, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            result = HandshakeResult.Read(raw);
        }
        catch (UpstreamErrorException error)
        {
            throw new ServerLaunchException($"Server '{connection.ServerId}' failed in the handshake: {error.Message}", innerException: error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            throw new ServerLaunchException($"Server '{connection.ServerId}' answered initialize with what cannot be read: {error.Message}", innerException: error);
        }

        if (!ProtocolRevisions.IsLegacy(result.Revision))
            throw new ServerLaunchException($"Server '{connection.ServerId}' wants protocol revision '{result.Revision}'; Steward knows {string.Join(", ", ProtocolRevisions.Legacy)}.");

        connection.Server = result;
        try
        {
            await connection.SendAsync(JsonRpcWriter.Notification("notifications/initialized")).ConfigureAwait(false);
        }
        catch (LinkClosedException closed)
        {
            throw new ServerLaunchException($"Server '{connection.ServerId}' ended right after the handshake: {closed.Message}", innerException: closed);
        }

        return result;
    }
}
