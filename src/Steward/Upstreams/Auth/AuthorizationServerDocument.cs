namespace Steward.Upstreams.Auth;

/// <summary>What an authorization server says of itself: RFC 8414.</summary>
internal sealed record AuthorizationServerDocument(string? Issuer, string? TokenEndpoint, IReadOnlyList<string>? TokenEndpointAuthMethodsSupported, string? RevocationEndpoint);
