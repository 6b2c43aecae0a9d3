using System.Text.Json;
using Steward.Catalog;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>Reads a server's list of tools again for what calls repeat in headers, after the server refused those of a call.</summary>
internal sealed class ToolListing(StreamableHttpParts parts)
{
    private const int MaxPages = 1_000;

    /// <summary>Reads it in the name of the client whose call was refused.</summary>
    public async Task ReadAsync(OutgoingMessage refused, CancellationToken cancellationToken)
    {
        var tools = new List<CatalogItem>();
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        byte[]? cursor = null;
        try
        {
            for (var page = 0; page < MaxPages; page++)
            {
                var result = await RequestAsync(Request(refused, cursor), cancellationToken).ConfigureAwait(false);
                cursor = CatalogPage.Read(CatalogKind.Tools, result, tools);
                if (cursor is null || !cursors.Add(Convert.ToBase64String(cursor)))
                    break;
            }
        }
        catch (JsonException unreadable)
        {
            throw new RemoteRefusalException($"it refused the headers of a call, and its list of tools cannot be read: {unreadable.Message}");
        }

        parts.Tools.Take(tools, static (_, _) => { }); // which of them are offered is decided, and said, where the catalog is read
    }

    private static OutgoingMessage Request(OutgoingMessage refused, byte[]? cursor) => OutgoingMessage.Of(JsonRpcWriter.Object(json =>
    {
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteString("id"u8, "steward-headers"u8);
        json.WriteString("method"u8, "tools/list"u8);
        json.WriteStartObject("params"u8);
        if (cursor is not null)
        {
            json.WritePropertyName("cursor"u8);
            json.WriteRawValue(cursor, skipInputValidation: true);
        }

        json.WritePropertyName("_meta"u8);
        json.WriteRawValue(refused.Part(refused.Envelope.Meta).Span, skipInputValidation: true);
        json.WriteEndObject();
    }));

    private async Task<byte[]> RequestAsync(OutgoingMessage request, CancellationToken cancellationToken)
    {
        using var limit = parts.Endpoint.Within(RemoteEndpoint.Patience, cancellationToken);
        using var post = RemoteEndpoint.Post(parts.Endpoint.Url, request.Body);
        ModernHeaders.Add(post.Headers, request, parts.Tools);
        using var response = await parts.Endpoint.SendAsync(post, limit.Token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode || !MessageReader.CanRead(response))
            throw new RemoteRefusalException($"it refused the headers of a call, and its list of tools cannot be read: {RemoteFailure.Describe(parts.Endpoint.Url, response)}");
        return await RemoteAnswer.ReadResultAsync(response, request, limit.Token).ConfigureAwait(false);
    }
}
