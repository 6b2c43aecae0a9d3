using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ConfigEditorTests
{
    /// <summary>For each client; most differ only in the keys that lead to their servers.</summary>
    private const int Times = 200;

    public static TheoryData<string> Clients => [.. ClientApplications.All.Select(client => client.Name)];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Clients))]
    public void Any_text_takes_Steward_in_and_gives_it_back(string client) => Properties.Holds(Prop.ForAll(TextsOf(client), text =>
    {
        var before = Encoding.UTF8.GetBytes(text);
        var (editor, line) = EditorOf(client);

        var after = editor.Put(before, "steward", line);
        var back = editor.Remove(after, "steward");

        return editor.Says(after, "steward", line) && !editor.Says(before, "steward", line)
            && Comments(after) == Comments(before)
            && editor.Put(after, "steward", line).SequenceEqual(after)
            && editor.Names(back).SequenceEqual(editor.Names(before))
            && (editor.Names(before).Count == 0 || back.SequenceEqual(before));
    }), Times);

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Clients))]
    public void Any_server_can_be_taken_out_and_nothing_else_goes(string client) => Properties.Holds(Prop.ForAll(TextsOf(client), text =>
    {
        var before = Encoding.UTF8.GetBytes(text);
        var (editor, _) = EditorOf(client);

        // Whether all else is the same the editor has checked itself: else it had refused.
        return editor.Names(before).All(name => !editor.Names(editor.Remove(before, name)).Contains(name));
    }), Times);

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(ClientFuzzTests.SampleNames), MemberType = typeof(ClientFuzzTests))]
    public void A_spoiled_file_is_edited_so_that_it_reads_as_before_or_refused(string sample)
    {
        var (_, client, scope, isOld) = ClientRig.Samples.Single(known => known.Sample == sample);
        var dialect = ClientRig.FileOf(client, scope, isOld).Dialect;
        var editor = ConfigEditor.For(dialect, "/f");
        var bytes = ClientRig.SampleBytes(sample);
        for (var seed = 0; seed < 1000; seed++)
        {
            var text = Mutation.Of(bytes, new Random(seed));
            try
            {
                Assert.True(editor.Says(editor.Put(text, "added", StewardLine.Program(dialect, "s", ["stdio"])), "added", StewardLine.Program(dialect, "s", ["stdio"])), $"Seed {seed}");
                foreach (var name in editor.Names(text))
                    Assert.DoesNotContain(name, editor.Names(editor.Remove(text, name)));
            }
            catch (ConfigException refused)
            {
                Assert.NotEmpty(refused.Problems);
            }
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Clients))]
    public void What_is_written_is_read_again_as_it_was_meant(string client)
    {
        var application = ClientApplications.Find(client)!;
        var file = application.Files[0];
        var alphabet = file.Dialect.References == ReferenceSyntax.None ? "aZ0 \"'\\/$${}\n\t#=[],:ä😀\u2028\u007f" : "aZ0 \"'\\/{}\n\t#=[],:ä😀\u2028\u007f";
        var pieces = alphabet.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        var words = Gen.Elements(pieces).ListOf().Select(word => string.Concat(word));
        Properties.Holds(Prop.ForAll(words.Where(word => !string.IsNullOrWhiteSpace(word)).ToArbitrary(), words.ListOf().ToArbitrary(), (command, args) =>
        {
            var text = ConfigEditor.For(file.Dialect, "/f").Put([], "x y", StewardLine.Program(file.Dialect, command, [.. args]));
            var reading = ClientConfigReader.Parse(text, "/f", application, file, ClientRig.Context());
            var resolver = new VariableResolver(_ => null);

            return reading.Problems.Count == 0 && reading.Servers is [{ Name: "x y", Config: var config }]
                && resolver.Resolve(config.Command!, "/") == command && config.Args.Select(arg => resolver.Resolve(arg, "/")).SequenceEqual(args);
        }), Times);
    }

    [Theory(Timeout = 10_000)]
    [MemberData(nameof(Clients))]
    public void The_address_of_the_gateway_is_read_again(string client)
    {
        var application = ClientApplications.Find(client)!;
        var file = application.Files[0];
        if (file.Dialect.HttpMembers is null)
            return;
        var token = StewardLine.TakesVariables(file.Dialect) ? "STEWARD_TOKEN" : null;

        var text = ConfigEditor.For(file.Dialect, "/f").Put([], "steward", StewardLine.Address(file.Dialect, "http://127.0.0.1:7420/mcp", token));

        var config = Assert.Single(ClientConfigReader.Parse(text, "/f", application, file, ClientRig.Context()).Servers).Config;
        Assert.Equal("http://127.0.0.1:7420/mcp", config.Url);
        Assert.True(config.Transport is ServerTransport.Http or ServerTransport.Auto);
        Assert.Equal(token is null ? null : "${env:STEWARD_TOKEN}", config.Auth?.Token ?? config.Headers.GetValueOrDefault("Authorization")?["Bearer ".Length..]);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("", "{\n  \"mcpServers\": {\n    \"steward\": {\n      \"command\": \"s\",\n      \"args\": [\"stdio\"]\n    }\n  }\n}\n")]
    [InlineData("{}", "{ \"mcpServers\": { \"steward\": { \"command\": \"s\", \"args\": [\"stdio\"] } } }")]
    [InlineData("{\n}\n", "{\n  \"mcpServers\": {\n    \"steward\": {\n      \"command\": \"s\",\n      \"args\": [\"stdio\"]\n    }\n  }\n}\n")]
    [InlineData("{ \"a\": 1 }", "{ \"a\": 1, \"mcpServers\": { \"steward\": { \"command\": \"s\", \"args\": [\"stdio\"] } } }")]
    [InlineData("{\n\t\"a\": 1 // one\n}", "{\n\t\"a\": 1, // one\n\t\"mcpServers\": {\n\t\t\"steward\": {\n\t\t\t\"command\": \"s\",\n\t\t\t\"args\": [\"stdio\"]\n\t\t}\n\t}\n}")]
    [InlineData("{\r\n    \"mcpServers\": {\r\n        \"a\": {},\r\n    },\r\n}", "{\r\n    \"mcpServers\": {\r\n        \"a\": {},\r\n        \"steward\": {\r\n            \"command\": \"s\",\r\n            \"args\": [\"stdio\"]\r\n        },\r\n    },\r\n}")]
    [InlineData("{\n  \"mcpServers\": {}\n}", "{\n  \"mcpServers\": {\n    \"steward\": {\n      \"command\": \"s\",\n      \"args\": [\"stdio\"]\n    }\n  }\n}")]
    [InlineData("{\n  \"mcpServers\": null\n}", "{\n  \"mcpServers\": {\n    \"steward\": {\n      \"command\": \"s\",\n      \"args\": [\"stdio\"]\n    }\n  }\n}")]
    [InlineData("{\n  \"mcpServers\": {\n    // mine\n    \"a\": 1\n    // last\n  }\n}", "{\n  \"mcpServers\": {\n    // mine\n    \"a\": 1,\n    // last\n    \"steward\": {\n      \"command\": \"s\",\n      \"args\": [\"stdio\"]\n    }\n  }\n}")]
    [InlineData("{\n  \"mcpServers\": { \"steward\": { \"old\": true } }\n}", "{\n  \"mcpServers\": { \"steward\": {\n    \"command\": \"s\",\n    \"args\": [\"stdio\"]\n  } }\n}")]
    public void The_layout_is_that_of_the_file(string before, string after)
    {
        var editor = ConfigEditor.For(ClientDialects.ClaudeDesktop, "/f");

        Assert.Equal(after, Encoding.UTF8.GetString(editor.Put(Encoding.UTF8.GetBytes(before), "steward", StewardLine.Program(ClientDialects.ClaudeDesktop, "s", ["stdio"]))));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("", "[mcp_servers.steward]\ncommand = \"s\"\nargs = [\"stdio\"]\n")]
    [InlineData("model = 'x'", "model = 'x'\n\n[mcp_servers.steward]\ncommand = \"s\"\nargs = [\"stdio\"]\n")]
    [InlineData("[mcp_servers.steward]\nurl = 'u'\n# next\n[x]\n", "[mcp_servers.steward]\ncommand = \"s\"\nargs = [\"stdio\"]\n# next\n[x]\n")]
    [InlineData("[mcp_servers]\na = { command = 'a' }\n", "[mcp_servers]\na = { command = 'a' }\n\n[mcp_servers.steward]\ncommand = \"s\"\nargs = [\"stdio\"]\n")]
    public void Codex_gets_a_table(string before, string after)
    {
        var editor = ConfigEditor.For(ClientDialects.Codex, "/f");

        Assert.Equal(after, Encoding.UTF8.GetString(editor.Put(Encoding.UTF8.GetBytes(before), "steward", StewardLine.Program(ClientDialects.Codex, "s", ["stdio"]))));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("claude-desktop", "{ \"mcpServers\": [] }", "/f(1,17): mcpServers: is a list, but must be an object. Write { } in its place.")]
    [InlineData("claude-desktop", "[]", "/f(1,1): (root): is a list, but must be an object. Write { } in its place.")]
    [InlineData("claude-desktop", "{", "/f(1,2): (root): the file is no valid JSON")]
    [InlineData("codex", "mcp_servers = {}", "/f(1,1): (root): the file is written in a way that Steward cannot change safely. Change the server \"steward\" by hand.")]
    [InlineData("codex", "a", "/f(1,2): (root): the file is no valid TOML: the = behind a key is missing.")]
    public void What_cannot_be_edited_is_refused_with_its_place(string client, string text, string expected)
    {
        var (editor, line) = EditorOf(client);

        var refused = Assert.Throws<ConfigException>(() => editor.Put(Encoding.UTF8.GetBytes(text), "steward", line));

        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }

    private static Arbitrary<string> TextsOf(string client)
    {
        var dialect = ClientApplications.Find(client)!.Files[0].Dialect;
        return dialect.Format == ClientFormat.Toml ? MadeUpTexts.Toml() : MadeUpTexts.Json(dialect.Section);
    }

    private static (ConfigEditor Editor, ConfigNode Line) EditorOf(string client)
    {
        var dialect = ClientApplications.Find(client)!.Files[0].Dialect;
        return (ConfigEditor.For(dialect, "/f"), StewardLine.Program(dialect, "/opt/steward", ["stdio"]));
    }

    private static int Comments(byte[] text) => Encoding.UTF8.GetString(text).Split("/* c */").Length + Encoding.UTF8.GetString(text).Split("// c } ]").Length + Encoding.UTF8.GetString(text).Split("# c").Length;
}
