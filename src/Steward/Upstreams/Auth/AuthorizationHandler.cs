using System.Net.Http.Headers;

namespace Steward.Upstreams.Auth;

/// <summary>Gives each request for a server its token, and answers the challenges of the server.</summary>
internal sealed class AuthorizationHandler(OAuthSession session, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // No token, then one without the rights that this very request needs, then one that has them.
    private const int MaxChallenges = 3;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await session.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        var wasRenewed = false;
        for (var challenges = 0; ; challenges++)
        {
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var challenge = challenges < MaxChallenges ? AuthChallenge.Find(response, session.Server.IsDeclared) : null;
            if (challenge is null || (wasRenewed && !challenge.IsAboutScope)) // a token just got that is refused: another would be, too
                return response;

            response.Dispose();
            token = await session.AnswerAsync(challenge, token, cancellationToken).ConfigureAwait(false);
            wasRenewed = true;
        }
    }
}
