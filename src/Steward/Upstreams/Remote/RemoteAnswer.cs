using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>Reads the answer to a request that a link makes itself.</summary>
internal static class RemoteAnswer
{
    /// <summary>The value of <c>result</c>; everything before it is dropped.</summary>
    /// <exception cref="RemoteRefusalException">The server answered with an error, or not at all.</exception>
    public static async Task<byte[]> ReadResultAsync(HttpResponseMessage response, OutgoingMessage request, CancellationToken cancellationToken)
    {
        await foreach (var frame in new MessageReader(response).ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            var envelope = JsonRpcEnvelope.Parse(frame.Span);
            var isAnswer = request.IsAnsweredBy(frame.Span, envelope);
            var result = isAnswer ? envelope.Result.Of(frame.Span).ToArray() : [];
            var error = isAnswer ? envelope.Error.Of(frame.Span).ToArray() : [];
            frame.Return();
            if (error.Length > 0)
                throw new RemoteRefusalException($"it answers with an error: {UpstreamErrorException.Read(error).Message}");
            if (isAnswer)
                return result;
        }

        throw new RemoteRefusalException("it does not answer");
    }
}
