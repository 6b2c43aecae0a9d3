namespace Steward.Catalog;

/// <summary>
/// Decides whether a URI can come from a template (RFC 6570). Only the literal parts are compared, in one pass without
/// backtracking: a template is text from a server and must not be able to cost time.
/// </summary>
internal sealed class UriTemplate
{
    private readonly string[] _literals;

    public UriTemplate(string template)
    {
        var literals = new List<string>();
        var rest = template.AsSpan();
        int open;
        while ((open = rest.IndexOf('{')) >= 0 && rest[open..].IndexOf('}') is >= 0 and var length)
        {
            literals.Add(rest[..open].ToString());
            rest = rest[(open + length + 1)..];
        }

        literals.Add(rest.ToString());
        _literals = [.. literals];
    }

    /// <summary>How many characters of a URI the template fixes: of two that match, the one that fixes more is meant.</summary>
    public int Weight => _literals.Sum(literal => literal.Length);

    public bool Matches(ReadOnlySpan<char> uri)
    {
        if (_literals is [var only])
            return uri.SequenceEqual(only);
        if (!uri.StartsWith(_literals[0], StringComparison.Ordinal))
            return false;

        var rest = uri[_literals[0].Length..];
        foreach (var literal in _literals.AsSpan(1, _literals.Length - 2))
        {
            var at = rest.IndexOf(literal, StringComparison.Ordinal);
            if (at < 0)
                return false;
            rest = rest[(at + literal.Length)..];
        }

        return rest.EndsWith(_literals[^1], StringComparison.Ordinal);
    }
}
