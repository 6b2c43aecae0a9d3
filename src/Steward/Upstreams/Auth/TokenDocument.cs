namespace Steward.Upstreams.Auth;

/// <summary>What a token endpoint answers: RFC 6749, sections 5.1 and 5.2.</summary>
internal sealed record TokenDocument(string? AccessToken, string? TokenType, int? ExpiresIn, string? Scope, string? Error, string? ErrorDescription)
{
    public override string ToString() => nameof(TokenDocument);
}
