namespace Steward.Discovery;

/// <summary>Texts that strangers wrote, on their way into a declaration or onto a screen.</summary>
internal static class DiscoveredText
{
    private const int LongestDescription = 300;

    /// <summary>
    /// The text as it is, whatever references it seems to hold: a stranger's <c>${file:…}</c> must not read a file of this
    /// machine, nor a <c>${env:…}</c> of his send a secret to an address of his.
    /// </summary>
    public static string Literal(string text) => text.Replace("${", "$${", StringComparison.Ordinal);

    /// <summary>A reference to a variable of the environment, resolved when the server is started.</summary>
    public static string Variable(string name) => $"${{env:{name}}}";

    /// <summary>The name of a variable made of parts, such as <c>WEATHER_API_KEY</c> of <c>weather</c> and <c>api-key</c>.</summary>
    public static string VariableName(params IEnumerable<string> parts)
    {
        var name = string.Concat(string.Join('_', parts).Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_'));
        name = string.Join('_', name.Split('_', StringSplitOptions.RemoveEmptyEntries));
        return name.Length > 0 && !char.IsAsciiDigit(name[0]) ? name : "_" + name;
    }

    /// <summary>A name for people: words of a program's name, such as "MCP Server Git" of <c>mcp-server-git</c>.</summary>
    public static string Title(string name)
    {
        var words = name.Split(['-', '_', '.', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Equals("mcp", StringComparison.OrdinalIgnoreCase) ? "MCP" : char.ToUpperInvariant(word[0]) + word[1..]);
        return string.Join(' ', words);
    }

    /// <summary>One line of bounded length.</summary>
    public static string? Description(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestDescription ? line : BoundedText.Of(line, LongestDescription - 1); // with the mark it is as long as it may be
    }
}
