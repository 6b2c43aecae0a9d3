using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Discovery.Clients;

namespace Steward.Tests.Discovery.Clients;

/// <summary>A server as a client's file says it, and what it is meant to be.</summary>
internal sealed record MadeUpEntry
{
    private static readonly string[] UnknownKeys = ["x-note", "someThing", "größe", "a b", "_"];

    public required string Name { get; init; }

    /// <summary>The members, in any order.</summary>
    public required IReadOnlyList<ConfigProperty> Written { get; init; }

    public ServerTransport Transport { get; init; } = ServerTransport.Stdio;

    /// <summary>The command or the address.</summary>
    public required string Target { get; init; }

    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>The variables of a program, the headers of a remote server.</summary>
    public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder as it is written; null where none is.</summary>
    public MadeUpText? Cwd { get; init; }

    public bool IsDisabled { get; init; }

    /// <summary>Members that no dialect knows.</summary>
    public IReadOnlyList<ConfigProperty> Unknown { get; init; } = [];

    public ConfigNode Node => new(JsonValueKind.Object, 0) { Properties = Written };

    public override string ToString() => $"{Name}: {string.Join(", ", Written.Select(member => $"{member.Name} = {Show(member.Value)}"))}";

    /// <summary>Servers as they may stand in a file of a dialect.</summary>
    public static Arbitrary<MadeUpEntry> In(ClientDialect dialect) =>
        (from program in Program(dialect)
         from remote in Remote(dialect)
         from isProgram in Gen.Elements(true, true, false)
         from name in Gen.Elements("plain", "two words", "ä.b", "q\"'u", "[x]")
         from unknown in Unknowns(dialect)
         from disabled in Switch(dialect)
         let entry = (isProgram ? program : remote) with { Name = name, Unknown = unknown, IsDisabled = disabled.IsDisabled }
         from members in Gen.Shuffle(entry.Written.Concat(unknown).Concat(disabled.Members).ToArray())
         select entry with { Written = members }).ToArbitrary();

    private static Gen<MadeUpEntry> Program(ClientDialect dialect)
    {
        var text = MadeUpText.In(dialect);
        return from command in text.Where(command => !string.IsNullOrWhiteSpace(command.Written))
               from hasArgs in Gen.Elements(true, true, false)
               from args in text.ListOf()
               from env in Pairs(dialect, "A", "B_2", "lower.case", "ä", "TOKEN")
               from cwd in Gen.Elements(null, MadeUpText.Literal("/srv/x y"), MadeUpText.Literal("/ä/$1"), MadeUpText.Literal("sub"))
               select new MadeUpEntry
               {
                   Name = "",
                   Target = command.Meaning,
                   Args = hasArgs ? [.. args.Select(arg => arg.Meaning)] : [],
                   Map = env.Meaning,
                   Cwd = cwd,
                   Written =
                   [
                       .. dialect.StdioMembers.Select(member => Member(member.Key, Text(member.Value))),
                       Member("command", Text(command.Written)),
                       .. hasArgs ? new[] { Member("args", new(JsonValueKind.Array, 0) { Items = [.. args.Select(arg => Text(arg.Written))] }) } : [],
                       .. env.Written is { } written ? new[] { Member("env", written) } : [],
                       .. cwd is not null ? new[] { Member("cwd", Text(cwd.Written)) } : [],
                   ],
               };
    }

    private static Gen<MadeUpEntry> Remote(ClientDialect dialect) =>
        from way in Gen.Elements(Ways(dialect))
        from path in Gen.Elements(MadeUpText.Literal(""), MadeUpText.Literal("mcp?x=1&y=%20"), MadeUpText.Literal("$/ä"))
        from headers in Pairs(dialect, "Authorization", "X-Key", "accept")
        let key = dialect.Format == ClientFormat.Toml ? "http_headers" : "headers"
        select new MadeUpEntry
        {
            Name = "",
            Transport = way.Transport,
            Target = "https://example.org/" + path.Meaning,
            Map = headers.Meaning,
            Written =
            [
                .. way.Type is null ? [] : new[] { Member(way.TypeKey, Text(way.Type)) },
                Member(way.UrlKey, Text("https://example.org/" + path.Written)),
                .. headers.Written is { } written ? new[] { Member(key, written) } : [],
            ],
        };

    /// <summary>How a dialect says where a remote server is and what it speaks.</summary>
    private static (string TypeKey, string? Type, string UrlKey, ServerTransport Transport)[] Ways(ClientDialect dialect)
    {
        const ServerTransport Http = ServerTransport.Http;
        return
        [
            ("type", null, "url", dialect.BareUrl),
            ("type", "sse", "url", ServerTransport.Sse),
            ("type", "http", "url", Http),
            .. dialect.IsOwn || dialect.HasExtensions ? Array.Empty<(string, string?, string, ServerTransport)>() :
            [
                ("type", null, "serverUrl", dialect.BareUrl),
                ("type", null, "httpUrl", Http),
                ("type", "streamable", "url", Http),
                ("transportType", "streamableHttp", "url", Http),
                ("transport", "sse", "url", ServerTransport.Sse),
            ],
        ];
    }

    private static Gen<(ConfigNode? Written, IReadOnlyDictionary<string, string> Meaning)> Pairs(ClientDialect dialect, params string[] names) =>
        from kept in Gen.SubListOf(names)
        from texts in MadeUpText.In(dialect).ListOf(names.Length)
        from kinds in Gen.Choose(0, 9).ListOf(names.Length)
        from isThere in Gen.Elements(true, true, true, false)
        let members = kept.Select((name, i) => Valued(name, texts[i], dialect.IsOwn ? 9 : kinds[i])).ToList()
        select isThere
            ? ((ConfigNode?)Table([.. members.Select(member => member.Member)]), (IReadOnlyDictionary<string, string>)members.ToDictionary(member => member.Member.Name, member => member.Meaning, StringComparer.Ordinal))
            : (null, new Dictionary<string, string>());

    /// <summary>A value, now and then a number or a switch: editors take them for texts.</summary>
    private static (ConfigProperty Member, string Meaning) Valued(string name, MadeUpText text, int kind) => kind switch
    {
        0 => (Member(name, new(JsonValueKind.Number, 0) { Text = "5" }), "5"),
        1 => (Member(name, new(JsonValueKind.True, 0)), "true"),
        2 => (Member(name, new(JsonValueKind.False, 0)), "false"),
        _ => (Member(name, Text(text.Written)), text.Meaning),
    };

    private static Gen<(IReadOnlyList<ConfigProperty> Members, bool IsDisabled)> Switch(ClientDialect dialect)
    {
        var (yes, no) = (new ConfigNode(JsonValueKind.True, 0), new ConfigNode(JsonValueKind.False, 0));
        List<(IReadOnlyList<ConfigProperty>, bool)> ways = [([], false), ([Member("disabled", yes)], true), ([Member("disabled", no)], false)];
        if (!dialect.IsOwn)
            ways.AddRange([([Member("enabled", no)], true), ([Member("enabled", yes)], false)]);
        return Gen.Elements(ways.ToArray());
    }

    private static Gen<IReadOnlyList<ConfigProperty>> Unknowns(ClientDialect dialect) =>
        from keys in Gen.SubListOf(UnknownKeys)
        from texts in MadeUpText.In(dialect).ListOf(UnknownKeys.Length)
        from kinds in Gen.Choose(0, 3).ListOf(UnknownKeys.Length)
        select (IReadOnlyList<ConfigProperty>)[.. keys.Select((key, i) => Member(key, kinds[i] switch
        {
            0 => new(JsonValueKind.Number, 0) { Text = "-1.5" },
            1 => new(JsonValueKind.Array, 0) { Items = [Text(texts[i].Written), new(JsonValueKind.True, 0)] },
            2 => Table([Member("command", Text(texts[i].Written)), Member("deep", Table([]))]),
            _ => Text(texts[i].Written),
        }))];

    private static ConfigNode Table(IReadOnlyList<ConfigProperty> members) => new(JsonValueKind.Object, 0) { Properties = members };

    private static ConfigProperty Member(string key, ConfigNode value) => new(key, 0, value);

    private static ConfigNode Text(string text) => new(JsonValueKind.String, 0) { Text = text };

    private static string Show(ConfigNode node) => node.Kind switch
    {
        JsonValueKind.Object => $"{{{string.Join(", ", node.Properties.Select(member => $"{member.Name} = {Show(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(", ", node.Items.Select(Show))}]",
        JsonValueKind.String => $"\"{node.Text}\"",
        JsonValueKind.Number => node.Text,
        _ => node.Kind.ToString(),
    };
}
