using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>tools</c>.</summary>
internal static class ToolsSection
{
    private static readonly TextListKey Allow = new("allow", new(TextRules.NotEmpty), "all",
        "Only these tools are shown and may be called: names, or patterns with `*` and `?`. Case matters.");

    private static readonly TextListKey Deny = new("deny", new(TextRules.NotEmpty), "none",
        "These tools are hidden and may not be called, whatever `allow` says. Names or patterns like those of `allow`.");

    public static KeySet Keys { get; } = new("tools", [Allow, Deny]);

    public static ToolFilter Read(ConfigSection section, ToolFilter inherited) => new()
    {
        Allow = section.Read(Allow, inherited.Allow),
        Deny = section.Read(Deny, inherited.Deny) ?? [],
    };

    public static void Visit(IKeyVisitor visitor, ToolFilter tools, ToolFilter other)
    {
        visitor.Visit(Allow, tools.Allow, other.Allow);
        visitor.Visit(Deny, tools.Deny, other.Deny);
    }
}
