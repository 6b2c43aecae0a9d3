using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Gets tokens without a person, for a client that has a secret or a key of its own. The SDK's client does not know this grant.
/// See <see href="https://modelcontextprotocol.io/extensions/auth/oauth-client-credentials"/>.
/// </summary>
internal sealed class ClientCredentialsFlow(OAuthServer server, TokenKeeper keeper, AuthorizationHost host) : TokenFlow
{
    private readonly HttpClient _http = AuthorizationTraffic.CreateClient(server.Endpoint, host.Time);
    private AuthorizationDiscovery.Findings? _findings;

    public override bool CanRenew(StoredTokens? tokens) => true;

    public override async Task<string> RunAsync(AuthChallenge challenge, string? rejected, CancellationToken cancellationToken)
    {
        // Asked anew for each challenge of the server, which may have changed; a token that is merely old needs no such care.
        if (_findings is null || challenge.Headers.Count > 0)
            _findings = await new AuthorizationDiscovery(server.Endpoint, _http).RunAsync(challenge, cancellationToken).ConfigureAwait(false);

        using var request = CreateRequest(_findings);
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = Read(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        if (!response.IsSuccessStatusCode || answer is not { AccessToken: { Length: > 0 } token })
            throw new InvalidOperationException($"{_findings.TokenEndpoint.Host} gave no token (HTTP status {(int)response.StatusCode}): {answer?.ErrorDescription ?? answer?.Error ?? "without a reason"}");
        if (!string.Equals(answer.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"{_findings.TokenEndpoint.Host} gave a token that is no bearer token");

        var now = host.Time.GetUtcNow();
        keeper.Keep(new StoredTokens
        {
            AccessToken = token,
            ObtainedAt = now,
            ExpiresAt = answer.ExpiresIn is { } seconds ? now.AddSeconds(Math.Max(seconds, 0)) : null,
            Scope = answer.Scope,
            ClientId = server.Auth.ClientId,
            AuthorizationServer = _findings.Issuer,
            Challenge = challenge.Headers,
        });
        return token;
    }

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return default;
    }

    private HttpRequestMessage CreateRequest(AuthorizationDiscovery.Findings findings)
    {
        var auth = server.Auth;
        var (id, secret) = (auth.ClientId!, auth.ClientSecret ?? "");
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["resource"] = findings.Resource };
        if ((findings.Scopes.Length > 0 ? findings.Scopes : auth.Scopes) is { Length: > 0 } scopes)
            form["scope"] = scopes;

        var request = new HttpRequestMessage(HttpMethod.Post, findings.TokenEndpoint);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (auth.PrivateKeyPem is { } key)
        {
            form["client_id"] = id;
            form["client_assertion_type"] = ClientAssertion.Type;
            form["client_assertion"] = ClientAssertion.Create(id, findings.Issuer, key, host.Time.GetUtcNow());
        }
        else if (findings.AuthMethods is null || findings.AuthMethods.Contains("client_secret_basic"))
        {
            var credentials = $"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}"; // RFC 6749, section 2.3.1
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }
        else
        {
            (form["client_id"], form["client_secret"]) = (id, secret);
        }

        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private static TokenDocument? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, OAuthJson.Default.TokenDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
