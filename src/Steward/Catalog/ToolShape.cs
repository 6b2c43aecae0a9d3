using Steward.Configuration;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>How a group shows the tools of its servers: which, under which names, with which descriptions.</summary>
internal sealed class ToolShape(GroupConfig group)
{
    private readonly HashSet<string> _given = group.Rename.Values.ToHashSet(StringComparer.Ordinal);

    /// <summary>Shows everything as it is.</summary>
    public static ToolShape None { get; } = new(new GroupConfig());

    /// <summary>Whether a name was given to some tool: then no other goes by it, whichever of them is there.</summary>
    public bool Reserves(string name) => _given.Contains(name) && !group.Rename.ContainsKey(name);

    /// <summary>What a tool is called here; <see langword="null"/> where it is not shown.</summary>
    /// <param name="name">Its name on the merged endpoint.</param>
    public string? NameOf(string name) => group.Tools.Allows(name) ? group.Rename.GetValueOrDefault(name, name) : null;

    /// <summary>The tool as its server described it, but for what the group says otherwise.</summary>
    /// <param name="name">Its name on the merged endpoint.</param>
    /// <param name="tool">The tool.</param>
    public CatalogItem Describe(string name, CatalogItem tool)
    {
        if (!group.Descriptions.TryGetValue(name, out var text))
            return tool;
        var description = JsonRpcWriter.String(text);
        var there = JsonMembers.Find(tool.Raw, "description"u8);
        byte[] raw = there.Exists
            ? [.. tool.Raw.AsSpan(0, there.Start), .. description, .. tool.Raw.AsSpan(there.End)]
            : [.. "{\"description\":"u8, .. description, (byte)',', .. tool.Raw.AsSpan(tool.Raw.AsSpan().IndexOf((byte)'{') + 1)]; // a tool has a name at least
        return tool with { Raw = raw, KeyRange = JsonMembers.Find(raw, "name"u8) };
    }
}
