namespace Steward.Configuration.Sections;

/// <summary>What <c>auth</c> says: tokens, still as references.</summary>
internal sealed class BearerTokens
{
    public IReadOnlyList<string> Tokens { get; init; } = [];
}
