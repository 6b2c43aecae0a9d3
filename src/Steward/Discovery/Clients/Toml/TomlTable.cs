using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Toml;

/// <summary>A table while it is read. TOML's rules on what may be added to it depend on how it came to be.</summary>
internal sealed class TomlTable(int offset, TomlTableOrigin origin)
{
    private readonly List<Member> _members = [];
    private readonly Dictionary<string, Member> _byName = new(StringComparer.Ordinal);

    public TomlTableOrigin Origin { get; set; } = origin;

    /// <summary>What stands under a name: a node, a table or a list of tables; null when nothing does.</summary>
    public object? Find(string name) => _byName.TryGetValue(name, out var member) ? member.Value : null;

    public void Add(TomlKey key, object value)
    {
        var member = new Member(key.Name, key.Offset, value);
        _members.Add(member);
        _byName.Add(key.Name, member);
    }

    public ConfigNode ToNode(int end = 0) => new(JsonValueKind.Object, offset)
    {
        End = end,
        Properties = [.. _members.Select(member => new ConfigProperty(member.Name, member.Offset, ToNode(member)))],
    };

    private static ConfigNode ToNode(Member member) => member.Value switch
    {
        ConfigNode node => node,
        TomlTable table => table.ToNode(),
        List<TomlTable> tables => new(JsonValueKind.Array, member.Offset) { Items = [.. tables.Select(table => table.ToNode())] },
        _ => throw new InvalidOperationException($"A table holds a {member.Value.GetType()}."),
    };

    private sealed record Member(string Name, int Offset, object Value);
}
