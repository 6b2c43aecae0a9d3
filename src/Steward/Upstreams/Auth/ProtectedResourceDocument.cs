namespace Steward.Upstreams.Auth;

/// <summary>What a server says of its protection: RFC 9728.</summary>
internal sealed record ProtectedResourceDocument(string? Resource, IReadOnlyList<string>? AuthorizationServers, IReadOnlyList<string>? ScopesSupported);
