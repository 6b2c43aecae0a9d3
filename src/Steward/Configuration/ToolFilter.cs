using System.IO.Enumeration;

namespace Steward.Configuration;

/// <summary>Which tools of a server are shown and may be called: names, or patterns with <c>*</c> and <c>?</c>, case-sensitive.</summary>
public sealed record ToolFilter
{
    /// <summary>Lets every tool pass.</summary>
    public static ToolFilter All { get; } = new();

    /// <summary>Only these tools pass.</summary>
    /// <value>Default: <see langword="null"/>, which lets all pass.</value>
    public IReadOnlyList<string>? Allow { get; init; }

    /// <summary>These tools do not pass, whatever <see cref="Allow"/> says.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Whether the filter lets every tool pass.</summary>
    public bool IsOpen => Allow is null && Deny.Count == 0;

    /// <summary>Whether a tool of this name is shown and may be called.</summary>
    public bool Allows(string tool) =>
        (Allow is null || Allow.Any(pattern => Matches(pattern, tool))) && !Deny.Any(pattern => Matches(pattern, tool));

    private static bool Matches(string pattern, string tool) => FileSystemName.MatchesSimpleExpression(pattern, tool, ignoreCase: false);
}
