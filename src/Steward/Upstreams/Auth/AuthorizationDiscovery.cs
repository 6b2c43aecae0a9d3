using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Finds the token endpoint of a server for the grant that the SDK's client does not know. Like that client it trusts no document
/// that speaks for another server.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#authorization-server-discovery"/>.
/// </summary>
internal sealed class AuthorizationDiscovery(Uri endpoint, HttpClient http)
{
    /// <summary>Where tokens are to be had, and for what.</summary>
    /// <param name="Resource">The server, as it names itself.</param>
    /// <param name="Issuer">The authorization server.</param>
    /// <param name="TokenEndpoint">Where it gives tokens.</param>
    /// <param name="Scopes">What the server suggests to ask for, separated by blanks.</param>
    /// <param name="AuthMethods">How clients may prove themselves there; null where it does not say.</param>
    /// <param name="RevocationEndpoint">Where it hears of tokens that are no longer used; null where it does not want to.</param>
    public sealed record Findings(string Resource, string Issuer, Uri TokenEndpoint, string Scopes, IReadOnlyList<string>? AuthMethods, Uri? RevocationEndpoint);

    /// <exception cref="InvalidOperationException">There is none to be trusted; says why.</exception>
    public async Task<Findings> RunAsync(AuthChallenge challenge, CancellationToken cancellationToken)
    {
        var resource = await FindResourceAsync(challenge, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("the server does not say who protects it (RFC 9728)");
        if (resource.Resource is null || !Covers(resource.Resource))
            throw new InvalidOperationException($"the metadata that it points to is for another server: '{resource.Resource}'");
        var issuer = resource.AuthorizationServers is [var first, ..] ? first : throw new InvalidOperationException("its metadata names no authorization server");
        foreach (var address in WellKnown(new Uri(issuer), "oauth-authorization-server").Concat(WellKnown(new Uri(issuer), "openid-configuration")).Append(OpenIdAppended(new Uri(issuer))))
        {
            if (await ReadAsync(address, OAuthJson.Default.AuthorizationServerDocument, cancellationToken).ConfigureAwait(false) is not { } server)
                continue;
            if (server.Issuer != issuer)
                throw new InvalidOperationException($"the metadata of the authorization server '{issuer}' is of another: '{server.Issuer}' (RFC 8414, section 3.3)");
            if (!Uri.TryCreate(server.TokenEndpoint, UriKind.Absolute, out var tokens))
                throw new InvalidOperationException($"the metadata of the authorization server '{issuer}' names no token endpoint");
            var scopes = Parameter(challenge, "scope") ?? string.Join(' ', resource.ScopesSupported ?? []);
            return new(resource.Resource, issuer, tokens, scopes, server.TokenEndpointAuthMethodsSupported, Uri.TryCreate(server.RevocationEndpoint, UriKind.Absolute, out var revocation) ? revocation : null);
        }

        throw new InvalidOperationException($"the authorization server '{issuer}' has no metadata (RFC 8414)");
    }

    private async Task<ProtectedResourceDocument?> FindResourceAsync(AuthChallenge challenge, CancellationToken cancellationToken)
    {
        if (Uri.TryCreate(Parameter(challenge, "resource_metadata"), UriKind.Absolute, out var named))
            return await ReadAsync(named, OAuthJson.Default.ProtectedResourceDocument, cancellationToken).ConfigureAwait(false);
        foreach (var address in WellKnown(endpoint, "oauth-protected-resource").Append(new Uri(endpoint, "/.well-known/oauth-protected-resource")))
        {
            if (await ReadAsync(address, OAuthJson.Default.ProtectedResourceDocument, cancellationToken).ConfigureAwait(false) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>Whether a resource is this server, or the whole that it is a part of.</summary>
    private bool Covers(string resource) =>
        Uri.TryCreate(resource, UriKind.Absolute, out var url)
        && Uri.Compare(url, endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
        && (url.AbsolutePath.TrimEnd('/') is "" || url.AbsolutePath.TrimEnd('/') == endpoint.AbsolutePath.TrimEnd('/'));

    private static IEnumerable<Uri> WellKnown(Uri of, string name) => [new Uri(of, $"/.well-known/{name}{of.AbsolutePath.TrimEnd('/')}")];

    private static Uri OpenIdAppended(Uri issuer) => new(issuer, $"{issuer.AbsolutePath.TrimEnd('/')}/.well-known/openid-configuration");

    private async Task<T?> ReadAsync<T>(Uri address, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await http.GetAsync(address, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            return null;
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), type);
        }
        catch (JsonException)
        {
            return null; // a page for people: nothing is known under this address
        }
    }

    private static string? Parameter(AuthChallenge challenge, string name)
    {
        foreach (var header in challenge.Headers)
        {
            if (!AuthenticationHeaderValue.TryParse(header, out var parsed) || parsed.Parameter is not { } parameters)
                continue;
            foreach (var part in parameters.Split(',', StringSplitOptions.TrimEntries))
            {
                if (NameValueHeaderValue.TryParse(part, out var pair) && string.Equals(pair.Name, name, StringComparison.OrdinalIgnoreCase))
                    return pair.Value?.Trim('"');
            }
        }

        return null;
    }
}
