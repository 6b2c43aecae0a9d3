namespace Steward.Configuration.Sections;

/// <summary>What <c>authenticate</c> says: a token, still as a reference.</summary>
internal sealed class ProxyToken
{
    public string? Token { get; init; }
}
