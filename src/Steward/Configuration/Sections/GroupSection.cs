using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads one group of <c>groups</c>.</summary>
internal static class GroupSection
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    private static readonly TextKey Description = new("description", new(TextRules.Any), standard: null,
        "What the group is for. Clients get it as the instructions of the server that the group is to them.");

    private static readonly TextListKey Servers = new("servers", new(TextRules.NotEmpty), "none",
        "Ids of servers in the group, or patterns of ids with `*` and `?`. With neither `servers` nor `tags` every server is in it.");

    private static readonly TextListKey Tags = new("tags", new(TextRules.Tag), "none",
        "Servers that have one of these `tags` are in the group, also those that are added later.");

    private static readonly TextListKey Exclude = new("exclude", new(TextRules.NotEmpty), "none",
        "Ids, or patterns of ids, of servers that are not in the group whatever else says.");

    private static readonly SectionKey<ToolFilter> Tools = new("tools", ToolsSection.Keys, ToolsSection.Read,
        "Which tools of these servers are in the group, by their names on the merged endpoint: `server__tool`.")
    {
        Members = ToolsSection.Visit,
    };

    private static readonly TextMapKey Rename = new("rename", TextRules.NotEmpty, new(TextRules.ToolName), StringComparer.Ordinal,
        "Names of tools in this group: the name on the merged endpoint → the name here.");

    private static readonly TextMapKey Descriptions = new("descriptions", TextRules.NotEmpty, new(TextRules.Any), StringComparer.Ordinal,
        "Descriptions of tools in this group, in place of the server's: the name on the merged endpoint → the text.");

    public static KeySet Keys { get; } = new("a group", [Description, Servers, Tags, Exclude, Tools, Rename, Descriptions]);

    public static GroupConfig? Read(ConfigValue value, string name)
    {
        if (ConfigSection.Open(value, Keys) is not { } section)
            return null;
        var group = new GroupConfig
        {
            Name = name,
            Description = section.Read(Description, null),
            Servers = section.Read(Servers, null) ?? [],
            Tags = section.Read(Tags, null) ?? [],
            Exclude = section.Read(Exclude, null) ?? [],
            Tools = section.Read(Tools, ToolFilter.All),
            Rename = section.Read(Rename, Nothing),
            Descriptions = section.Read(Descriptions, Nothing),
        };
        if (group.Rename.GroupBy(pair => pair.Value, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } clash)
            section.Problem(Rename, $"gives the name {Quote.Text(clash.Key)} to {string.Join(" and ", clash.Select(pair => Quote.Text(pair.Key)))}", "Give each tool a name of its own.");
        return group;
    }

    public static void Visit(IKeyVisitor visitor, GroupConfig group, GroupConfig other)
    {
        visitor.Visit(Description, group.Description, other.Description);
        visitor.Visit(Servers, group.Servers, other.Servers);
        visitor.Visit(Tags, group.Tags, other.Tags);
        visitor.Visit(Exclude, group.Exclude, other.Exclude);
        visitor.Visit(Tools, group.Tools, other.Tools);
        visitor.Visit(Rename, group.Rename, other.Rename);
        visitor.Visit(Descriptions, group.Descriptions, other.Descriptions);
    }
}
