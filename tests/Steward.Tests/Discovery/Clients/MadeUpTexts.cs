using FsCheck;
using FsCheck.Fluent;

namespace Steward.Tests.Discovery.Clients;

/// <summary>Valid configuration texts in every layout that people and programs leave behind.</summary>
internal static class MadeUpTexts
{
    private static readonly Gen<string> Blanks = Gen.Elements("", "", " ", "\n", "\n  ", "\r\n\t", " /* c */ ", " // c } ] \" ,\n", "\n\n    ", "/* , */");

    private static readonly Gen<string> Scalar = Gen.Elements("1", "-1.5e3", "true", "null", "\"\"", "\"a\\\"b\"", "\"//no\"", "\"\\u00e4😀\"", "{}", "[]");

    private static readonly Gen<string> TomlPiece = Gen.Elements(
        "a{0} = 1\n", "# c {0}\n", "\n", "[t{0}]\nx = 'y'\n", "[mcp_servers.s{0}]\ncommand = \"c\" # c\n", "[mcp_servers.s{0}]\nurl = 'u'\n\n[mcp_servers.s{0}.env]\nA = \"\"\"\n# no comment\n\"\"\"\n",
        "[[n{0}]]\nb = {{ c = [1,\n 2] }}\n", "  [ \"q {0}\" . x ]\n", "[mcp_servers.s{0}]\r\ncommand = \"c\"\r\n");

    /// <summary>A JSON text, perhaps with a list of servers under a chain of keys.</summary>
    public static Arbitrary<string> Json(IReadOnlyList<string> section) =>
        (from start in Blanks
         from mark in Gen.Elements("", "", "", "\uFEFF")
         from hasSection in Gen.Elements(true, true, true, false)
         from whole in Container(2, hasSection ? section : [])
         from end in Blanks
         select mark + start + whole + end).ToArbitrary();

    /// <summary>A TOML text, perhaps with servers as Codex has them.</summary>
    public static Arbitrary<string> Toml() => TomlPiece.ListOf()
        .Select(pieces => string.Concat(pieces.OrderBy(piece => piece[0] != 'a').Select((piece, index) => string.Format(System.Globalization.CultureInfo.InvariantCulture, piece, index)))).ToArbitrary();

    private static Gen<string> Value(int depth) => depth == 0 ? Scalar : Gen.OneOf(Scalar, Scalar, Container(depth - 1, []), List(depth - 1));

    private static Gen<string> List(int depth) =>
        from items in Value(depth).ListOf()
        from blanks in Blanks
        from comma in Gen.Elements("", ",")
        select $"[{string.Join(',', items.Select(item => blanks + item))}{(items.Count > 0 ? comma : "")}{blanks}]";

    private static Gen<string> Container(int depth, IReadOnlyList<string> section)
    {
        var plain = from count in Gen.Choose(0, 3)
                    from members in Member(Value(depth)).ListOf(count)
                    select members.Select((member, index) => string.Format(System.Globalization.CultureInfo.InvariantCulture, member.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal).Replace("KEY", "{0}", StringComparison.Ordinal), $"k{index}")).ToList();
        var all = section.Count == 0
            ? plain
            : from members in plain
              from own in Member(Container(depth, [.. section.Skip(1)]))
              from place in Gen.Choose(0, members.Count)
              select members.Take(place).Append(own.Replace("KEY", section[0], StringComparison.Ordinal)).Concat(members.Skip(place)).ToList();
        return from members in all
               from comma in Gen.Elements("", "", ",")
               from end in Blanks
               select $"{{{string.Join(',', members)}{(members.Count > 0 ? comma : "")}{end}}}";
    }

    private static Gen<string> Member(Gen<string> value) =>
        from before in Blanks
        from between in Gen.Elements("", "", " ", "\n") // the reader takes no comment here
        from text in value
        from after in Blanks
        select $"{before}\"KEY\"{between}: {text.Replace("KEY", "k", StringComparison.Ordinal)}{after}";
}
