using System.Text;
using System.Text.Json;
using Steward.Configuration.Parsing;
using Steward.Discovery.Clients.Toml;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class TomlReaderTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("", "{}")]
    [InlineData("# only a comment", "{}")]
    [InlineData("a = 1 # one\r\nb = 2", """{"a":1,"b":2}""")]
    [InlineData("\"quoted key\" = 1\n'literal \\ key' = 2\nbare_key-9 = 3\n1234 = 4\n\"\" = 5", """{"quoted key":1,"literal \\ key":2,"bare_key-9":3,"1234":4,"":5}""")]
    [InlineData("a . b.\"c.d\" = 1\na.e = 2", """{"a":{"b":{"c.d":1},"e":2}}""")]
    [InlineData("3.14 = 'pi'", """{"3":{"14":"pi"}}""")]
    [InlineData("s = \"tab\\t nl\\n q\\\" b\\\\ \\u00e4 \\U0001F600 \\x41\"", "{\"s\":\"tab\\t nl\\n q\\\" b\\\\ ä \\uD83D\\uDE00 A\"}")]
    [InlineData("s = 'C:\\dir\\n'", """{"s":"C:\\dir\\n"}""")]
    [InlineData("s = \"\"\"\nfirst\n second \"quoted\" \"\"\"\"\"", "{\"s\":\"first\\n second \\\"quoted\\\" \\\"\\\"\"}")]
    [InlineData("s = \"\"\"a \\\n\n     b\\n\"\"\"", "{\"s\":\"a b\\n\"}")]
    [InlineData("s = '''\r\nraw \\ '' text\n'''", "{\"s\":\"raw \\\\ '' text\\n\"}")]
    [InlineData("s = ''''one'''", "{\"s\":\"'one\"}")]
    [InlineData("s = \"\"\n t = ''\nu = \"\"\"\"\"\"", """{"s":"","t":"","u":""}""")]
    [InlineData("i = [+99, 42, 0, -17, 1_000, 5_3_4, 0xDEAD_beef, 0o755, 0b1101, -9223372036854775808]", """{"i":[99,42,0,-17,1000,534,3735928559,493,13,-9223372036854775808]}""")]
    [InlineData("f = [+1.0, 3.14, -0.01, 5e+22, 1e06, -2E-2, 6.626e-34, 224_617.445_991]", """{"f":[1.0,3.14,-0.01,5e+22,1e06,-2E-2,6.626e-34,224617.445991]}""")]
    [InlineData("b = [true, false]", """{"b":[true,false]}""")]
    [InlineData("d = [1979-05-27T07:32:00Z, 1979-05-27 00:32:00.999999-07:00, 1979-05-27T07:32:00, 1979-05-27, 07:32:00, 00:32:00.5]", """{"d":["1979-05-27T07:32:00Z","1979-05-27 00:32:00.999999-07:00","1979-05-27T07:32:00","1979-05-27","07:32:00","00:32:00.5"]}""")]
    [InlineData("a = [ 1, 2, # two\n 3,\n]\nb = [[], [\"x\", ['y']]]", """{"a":[1,2,3],"b":[[],["x",["y"]]]}""")]
    [InlineData("p = { x = 1, y.z = 2, \"k\" = { } }", """{"p":{"x":1,"y":{"z":2},"k":{}}}""")]
    [InlineData("[a]\nx = 1\n[a.b]\ny = 2\n[ c . 'd' ]\nz = 3", """{"a":{"x":1,"b":{"y":2}},"c":{"d":{"z":3}}}""")]
    [InlineData("[x.y.z.w]\n[x]\na = 1", """{"x":{"y":{"z":{"w":{}}},"a":1}}""")]
    [InlineData("[fruit]\napple.color = 1\n[fruit.apple.texture]\nsmooth = true", """{"fruit":{"apple":{"color":1,"texture":{"smooth":true}}}}""")]
    [InlineData("[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3\n[p.q]\nr = 1\n[[p.s]]\nt = 1\n[[p.s]]\nt = 2", """{"p":[{"n":1},{},{"n":3,"q":{"r":1},"s":[{"t":1},{"t":2}]}]}""")]
    public void What_TOML_says_is_read(string toml, string json)
    {
        var document = TomlReader.Read(new SourceText("f", Encoding.UTF8.GetBytes(toml)));

        Assert.Equal(json, Json(document.Root));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("key = # nothing", 1, 7)]
    [InlineData("first = 1 second = 2", 1, 11)]
    [InlineData("= 1", 1, 1)]
    [InlineData("a b = 1", 1, 3)]
    [InlineData("a = 1\na = 2", 2, 1)]
    [InlineData("a = 1\na.b = 2", 2, 1)]
    [InlineData("[a]\nb = 1\n[a]", 3, 2)]
    [InlineData("[a]\nb = 1\n[a.b]", 3, 4)]
    [InlineData("[fruit]\napple.color = 1\n[fruit.apple]", 3, 8)]
    [InlineData("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", 4, 1)]
    [InlineData("a = { b = 1 }\na.c = 2", 2, 1)]
    [InlineData("a = { b = 1 }\n[a.c]", 2, 2)]
    [InlineData("a = []\n[[a]]", 2, 3)]
    [InlineData("[[a]]\n[a]", 2, 2)]
    [InlineData("[a]\n[[a]]", 2, 3)]
    [InlineData("[a", 1, 3)]
    [InlineData("[[a]", 1, 5)]
    [InlineData("[]", 1, 2)]
    [InlineData("[a.]", 1, 4)]
    [InlineData("a = \"no end", 1, 5)]
    [InlineData("a = \"line\nend\"", 1, 5)]
    [InlineData("a = '''no end''", 1, 5)]
    [InlineData("a = \"\\q\"", 1, 6)]
    [InlineData("a = \"\\ud800\"", 1, 6)]
    [InlineData("a = \"\\u12g4\"", 1, 6)]
    [InlineData("a = \"\u0001\"", 1, 6)]
    [InlineData("# \u0007", 1, 3)]
    [InlineData("\"\"\"a\"\"\" = 1", 1, 1)]
    [InlineData("a = 01", 1, 5)]
    [InlineData("a = 1__0", 1, 5)]
    [InlineData("a = _1", 1, 5)]
    [InlineData("a = 0x", 1, 5)]
    [InlineData("a = +0x1", 1, 5)]
    [InlineData("a = .5", 1, 5)]
    [InlineData("a = 5.", 1, 5)]
    [InlineData("a = 1e", 1, 5)]
    [InlineData("a = 9223372036854775808", 1, 5)]
    [InlineData("a = True", 1, 5)]
    [InlineData("a = 1979-02-30", 1, 5)]
    [InlineData("a = 1979-05-27T25:00:00", 1, 5)]
    [InlineData("a = 07:60:00", 1, 5)]
    [InlineData("a = [1 2]", 1, 8)]
    [InlineData("a = [1,,2]", 1, 8)]
    [InlineData("a = [", 1, 6)]
    [InlineData("a = { b = 1, b = 2 }", 1, 14)]
    [InlineData("a = { b = 1", 1, 12)]
    [InlineData("a = 1\rb = 2", 1, 6)]
    public void What_is_no_TOML_is_refused_at_its_place(string toml, int line, int column)
    {
        var source = new SourceText("f", Encoding.UTF8.GetBytes(toml));

        var wrong = Assert.Throws<TomlException>(() => TomlReader.Read(source));

        Assert.Equal(new TextPosition(line, column), source.PositionOf(wrong.Offset));
    }

    [Fact(Timeout = 10_000)]
    public void Bytes_that_are_no_text_are_refused() =>
        Assert.Equal(4, Assert.Throws<TomlException>(() => TomlReader.Read(new SourceText("f", [.. "a=1\n"u8, 0xff]))).Offset);

    [Theory(Timeout = 10_000)]
    [InlineData("a = ", "[")]
    [InlineData("", "a.")]
    [InlineData("a = ", "{a=")]
    [InlineData("[", "a.")]
    public void Endless_nesting_is_refused_and_not_followed(string start, string repeated) =>
        Assert.Throws<TomlException>(() => TomlReader.Read(new SourceText("f", Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(repeated, 100_000))))));

    [Fact(Timeout = 10_000)]
    public void Headers_say_where_tables_begin()
    {
        var document = TomlReader.Read(new SourceText("f", "x = 1\n[a.'b c']\n  [[d]] # d\n"u8));

        Assert.Equal([("a/b c", 6, 15, false), ("d", 18, 23, true)], document.Headers.Select(header => (string.Join('/', header.Path), header.Offset, header.End, header.IsArray)));
    }

    private static string Json(ConfigNode node) => node.Kind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', node.Properties.Select(property => $"{Quoted(property.Name)}:{Json(property.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', node.Items.Select(Json))}]",
        JsonValueKind.String => Quoted(node.Text),
        JsonValueKind.Number => node.Text,
        _ => node.Kind.ToString().ToLowerInvariant(),
    };

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
