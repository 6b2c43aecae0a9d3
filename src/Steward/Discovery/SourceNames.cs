namespace Steward.Discovery;

/// <summary>What a source may be called.</summary>
internal static class SourceNames
{
    /// <summary>Whether a text can name a source: words in lower case, or <c>github:org/repo</c>, with a folder behind or not.</summary>
    public static bool IsName(string text) =>
        Remote.GitHubSource.TryCreate(text) is not null
        || (text.Length is > 0 and <= 40 && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'));
}
