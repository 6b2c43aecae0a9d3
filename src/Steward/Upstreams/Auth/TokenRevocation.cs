using System.Net.Http.Headers;
using System.Text;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Tells an authorization server that tokens are no longer used, where it wants to know.
/// See <see href="https://www.rfc-editor.org/rfc/rfc7009">RFC 7009</see>.
/// </summary>
internal static class TokenRevocation
{
    /// <summary>Revokes what was given: the refresh token, which ends the access tokens with it, or the access token where there is no other.</summary>
    /// <returns>Whether there was something to tell, and it was taken.</returns>
    /// <exception cref="InvalidOperationException">The authorization server cannot be found any more, or did not take it.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public static async Task<bool> RunAsync(OAuthServer server, StoredTokens tokens, TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = AuthorizationTraffic.CreateClient(server.Endpoint, time);
        var found = await new AuthorizationDiscovery(server.Endpoint, http).RunAsync(AuthChallenge.Remembered(tokens.Challenge), cancellationToken).ConfigureAwait(false);
        if (found.RevocationEndpoint is null)
            return false;
        if (tokens.AuthorizationServer is { } issuer && issuer != found.Issuer)
            throw new InvalidOperationException($"the server is now protected by '{found.Issuer}', but the tokens are of '{issuer}'"); // and nobody else must see them
        using var request = CreateRequest(found.RevocationEndpoint, tokens, server.Auth.ClientSecret);
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? true
            : throw new InvalidOperationException($"{found.RevocationEndpoint.Host} answered with HTTP status {(int)response.StatusCode}");
    }

    private static HttpRequestMessage CreateRequest(Uri endpoint, StoredTokens tokens, string? declaredSecret)
    {
        var form = new Dictionary<string, string>
        {
            ["token"] = tokens.RefreshToken ?? tokens.AccessToken,
            ["token_type_hint"] = tokens.RefreshToken is null ? "access_token" : "refresh_token",
        };
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
        var (id, secret) = (tokens.ClientId ?? "", tokens.ClientSecret ?? declaredSecret);
        if (secret is not null && tokens.TokenEndpointAuthMethod is (null or "client_secret_basic"))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")));
        }
        else
        {
            form["client_id"] = id;
            if (secret is not null)
                form["client_secret"] = secret;
        }

        request.Content = new FormUrlEncodedContent(form);
        return request;
    }
}
