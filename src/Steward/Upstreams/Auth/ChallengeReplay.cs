using System.Net;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Stands in for the server before the SDK's transport, whose client for OAuth cannot be had without it. A request for the endpoint
/// goes nowhere: it is answered with the challenge that the server gave us, until it carries another token than the one rejected.
/// Everything else, which is for authorization servers, goes on.
/// </summary>
internal sealed class ChallengeReplay(Uri endpoint, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private AuthChallenge? _challenge;
    private string? _rejected;

    /// <summary>The token that the client came with in the end.</summary>
    public string? Token { get; private set; }

    public void Begin(AuthChallenge challenge, string? rejected) => (_challenge, _rejected, Token) = (challenge, rejected, null);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri != endpoint || _challenge is null)
            return base.SendAsync(request, cancellationToken);
        if (request.Headers.Authorization is { Scheme: "Bearer", Parameter: { Length: > 0 } token } && token != _rejected)
        {
            Token = token;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted) { RequestMessage = request, Content = new ByteArrayContent([]) });
        }

        return Task.FromResult(_challenge.ToResponse(request));
    }
}
