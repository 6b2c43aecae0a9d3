namespace Steward.Server.Api;

/// <summary>Where a person logs in.</summary>
/// <param name="AuthorizationUrl">The URL to open in a browser of this machine.</param>
internal sealed record LoginAddress(string AuthorizationUrl);
