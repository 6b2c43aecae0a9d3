using System.Net;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>What a server says in the body of a response whose status is no success.</summary>
/// <param name="Status">The status.</param>
/// <param name="Error">The JSON-RPC error; empty where there is none.</param>
internal sealed record ErrorAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Error)
{
    /// <summary>The error's code; zero where there is none.</summary>
    public int Code { get; } = Error.IsEmpty ? 0 : UpstreamErrorException.Read(Error.Span).Code;

    /// <summary>
    /// Whether the server has forgotten the session that a request named. It has to say 404; the samples of the official TypeScript
    /// SDK say 400 after they were started again, with words about the session or the handshake.
    /// </summary>
    public bool IsExpiry => Status == HttpStatusCode.NotFound && Code != JsonRpcErrorCode.MethodNotFound
        || Status == HttpStatusCode.BadRequest && Error.Span is { IsEmpty: false } error && UpstreamErrorException.Read(error).Message is { } words
            && (words.Contains("session", StringComparison.OrdinalIgnoreCase) || words.Contains("not initialized", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a server of this transport would hardly refuse a handshake so, but one of HTTP+SSE does.</summary>
    public bool IsForeign => Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
        && !JsonRpcErrorCode.IsModern(Code) && Code != JsonRpcErrorCode.MethodNotFound;

    public static async Task<ErrorAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await ResponseBody.ReadErrorAsync(response.Content, cancellationToken).ConfigureAwait(false);
        var error = JsonRpcEnvelope.Parse(body).Error;
        // Others than JSON-RPC have members of that name, too: with OAuth it is a string.
        var isOurs = error.Exists && body[error.Start] == (byte)'{' && UpstreamErrorException.Read(error.Of(body)).Code != 0;
        return new ErrorAnswer(response.StatusCode, isOurs ? body.AsMemory(error.Start, error.Length) : default);
    }

    /// <summary>The error as the answer to a request, whose id the server may not have read.</summary>
    public byte[] ToAnswer(OutgoingMessage request) =>
        [.. "{\"jsonrpc\":\"2.0\",\"id\":"u8, .. request.Part(request.Envelope.Id).Span, .. ",\"error\":"u8, .. Error.Span, (byte)'}'];
}
