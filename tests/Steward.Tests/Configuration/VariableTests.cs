using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class VariableTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-variables-").FullName;

    private readonly VariableResolver _variables = Config.Variables(("NAME", "value"), ("EMPTY", ""), ("TRAP", "${env:NAME}"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "")]
    [InlineData("plain $NAME {x} $", "plain $NAME {x} $")]
    [InlineData("${env:NAME}", "value")]
    [InlineData("a${env:NAME}b${env:NAME}c", "avaluebvaluec")]
    [InlineData("${env:EMPTY}", "")]
    [InlineData("${env:EMPTY:-other}", "other")]
    [InlineData("${env:NONE:-other}", "other")]
    [InlineData("${env:NONE:-}", "")]
    [InlineData("${env:NAME:-other}", "value")]
    [InlineData("${env:NONE:-http://x:1/}", "http://x:1/")]
    [InlineData("${env:NONE:-a:-b}", "a:-b")]
    [InlineData("${env:NONE:-${env:NAME}}!", "value!")]
    [InlineData("${env:NONE:-${env:NONE:-${env:NAME}}}", "value")]
    [InlineData("${env:TRAP}", "${env:NAME}")]
    [InlineData("$${env:NAME}", "${env:NAME}")]
    [InlineData("$${HOME}", "${HOME}")]
    [InlineData("${HOME} ${input:x} ${", "${HOME} ${input:x} ${")]
    [InlineData("$$", "$$")]
    public void References_are_replaced_and_all_else_stays(string text, string expected) =>
        Assert.Equal(expected, _variables.Resolve(text, _folder));

    [Theory]
    [InlineData("${env:NONE}", "${env:NONE}", "the environment variable of ${env:NONE} is not set")]
    [InlineData("${env:NONE:-${env:NONE2}}", "${env:NONE2}", "the environment variable of ${env:NONE2} is not set")]
    [InlineData("x${env:NAME", "${env:", "a reference that begins with ${env: is not closed")]
    [InlineData("${file:x", "${file:", "a reference that begins with ${file: is not closed")]
    [InlineData("${env:}", "${env:}", "a reference ${env:…} does not name a variable")]
    [InlineData("${env:A=B}", "${env:}", "a reference ${env:…} does not name a variable")]
    [InlineData("${file:}", "${file:}", "a reference ${file:…} does not name a file")]
    public void A_reference_that_cannot_be_resolved_is_named(string text, string reference, string reason)
    {
        var error = Assert.Throws<VariableException>(() => _variables.Resolve(text, _folder));

        Assert.Equal((reference, reason), (error.Reference, error.Reason));
        Assert.NotEmpty(error.Mend);
    }

    [Fact]
    public void Nesting_without_end_is_an_error_and_no_crash()
    {
        var text = string.Concat(Enumerable.Repeat("${env:NONE:-", 50_000)) + new string('}', 50_000);

        Assert.Contains("nested too deep", Assert.Throws<VariableException>(() => _variables.Resolve(text, _folder)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_read_without_the_line_breaks_at_its_end()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), "a\nb \r\n\n", TestContext.Current.CancellationToken);
        var variables = Config.Variables(("DIR", _folder));

        Assert.Equal("<a\nb >", variables.Resolve("<${file:token}>", _folder));
        Assert.Equal("a\nb ", variables.Resolve($"${{file:{_folder}/token}}", "/"));
        Assert.Equal("a\nb ", variables.Resolve("${file:${env:DIR}/token}", "/"));
    }

    [Fact]
    public void A_missing_file_is_named_with_the_place_that_was_looked_at()
    {
        var error = Assert.Throws<VariableException>(() => _variables.Resolve("${file:gone}", "/nowhere"));

        Assert.Equal("the file of ${file:gone} does not exist (looked at /nowhere/gone)", error.Reason);
    }

    [Fact]
    public void A_path_from_a_variable_is_not_shown()
    {
        var error = Assert.Throws<VariableException>(() => _variables.Resolve("${file:${env:NAME}}", _folder));

        Assert.DoesNotContain("value", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_never_ends_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");

        Assert.Contains("larger than 1 MiB", Assert.Throws<VariableException>(() => _variables.Resolve("${file:/dev/zero}", _folder)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "command": "${env:X}" }""", "mcpServers.a.command", 37)]
    [InlineData("""{ "command": "x", "args": ["", "${env:X}"] }""", "mcpServers.a.args[1]", 55)]
    [InlineData("""{ "command": "x", "env": { "A": "${env:X}" } }""", "mcpServers.a.env.A", 56)]
    [InlineData("""{ "command": "x", "cwd": "${env:X}" }""", "mcpServers.a.cwd", 49)]
    [InlineData("""{ "command": "x", "isolation": "${env:X}" }""", "mcpServers.a.isolation", 55)]
    [InlineData("""{ "command": "x", "tools": { "allow": ["${env:X}"] } }""", "mcpServers.a.tools.allow[0]", 63)]
    [InlineData("""{ "url": "${env:X}" }""", "mcpServers.a.url", 33)]
    [InlineData("""{ "url": "http://x/", "headers": { "A": "${env:X}" } }""", "mcpServers.a.headers.A", 64)]
    public void A_missing_reference_is_a_problem_of_an_enabled_server_only(string server, string path, int column)
    {
        var problem = Config.ServerProblem(server);
        Assert.Equal((path, column), (problem.Path, problem.Column));
        Assert.Equal("the environment variable of ${env:X} is not set", problem.Message);

        Assert.True(Config.ParseServer($"{server[..^1]}, \"disabled\": true }}").Disabled);
    }

    [Fact]
    public void A_string_of_a_server_keeps_its_reference_and_a_policy_does_not()
    {
        var server = Config.ParseServer(
            """{ "command": "${env:X}", "args": ["${env:X}"], "env": { "A": "${env:X}" }, "cwd": "${env:X}", "isolation": "${env:I}", "tools": { "deny": ["${env:X}"] } }""",
            ("X", "x"), ("I", "shared"));

        Assert.Equal(("${env:X}", "${env:X}", "${env:X}", "${env:X}"), (server.Command, server.Args[0], server.Env["A"], server.Cwd));
        Assert.Equal(ServerIsolation.Shared, server.Isolation);
        Assert.False(server.Tools.Allows("x"));
    }

    [Theory]
    [InlineData("echo ${HOME}", "holds \"${HOME}\", which is no reference and stays as it is", "${env:HOME}")]
    [InlineData("${HOME:-/root}", "holds \"${HOME:-/root}\", which is no reference and stays as it is", "${env:HOME:-/root}")]
    public void What_others_write_for_a_variable_is_a_warning(string text, string message, string mend)
    {
        var warning = Assert.Single(Config.Parse($$"""{ "mcpServers": { "a": { "command": "x", "args": ["{{text}}", "$${HOME}", "${env:NONE:-}"] } } }""").Warnings);

        Assert.Equal(("mcpServers.a.args[0]", message), (warning.Path, warning.Message));
        Assert.Contains(mend, warning.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Launch_values_are_resolved_and_the_working_directory_is_absolute()
    {
        var variables = Config.Variables(("X", "x"));
        var server = new ServerConfig
        {
            Id = "a",
            Command = "${env:X}/run",
            Args = ["-${env:X}"],
            Env = new Dictionary<string, string> { ["A"] = "${env:X}" },
            Cwd = "sub/${env:X}",
            BaseDirectory = _folder,
        };

        var resolved = ResolvedServer.From(server, variables);

        Assert.Equal(("a", "x/run", "-x", "x"), (resolved.Id, resolved.Command, resolved.Args[0], resolved.Env["A"]));
        Assert.Equal(Path.Combine(_folder, "sub", "x"), resolved.Cwd);
        Assert.Equal(_folder, ResolvedServer.From(server with { Cwd = null }, variables).Cwd);
        Assert.Equal("/abs", ResolvedServer.From(server with { Cwd = "/abs" }, variables).Cwd);
        Assert.Throws<VariableException>(() => ResolvedServer.From(server, Config.Variables()));
    }

    [Fact]
    public void A_remote_server_needs_only_what_reaches_it()
    {
        var server = new ServerConfig
        {
            Id = "a",
            Transport = ServerTransport.Http,
            Url = "http://${env:X}/",
            Headers = new Dictionary<string, string> { ["H"] = "${env:X}" },
            Env = new Dictionary<string, string> { ["A"] = "${env:GONE}" },
            Cwd = "${env:GONE}",
        };

        var resolved = ResolvedServer.From(server, Config.Variables(("X", "x")));

        Assert.Equal((new Uri("http://x/"), "x"), (resolved.Url, resolved.Headers["h"]));
        Assert.Empty(resolved.Env);
    }

    [Fact]
    public void What_a_reference_gives_is_held_to_the_rules_again_at_launch()
    {
        var remote = new ServerConfig
        {
            Id = "a",
            Transport = ServerTransport.Http,
            Url = "${env:URL}",
            Headers = new Dictionary<string, string> { ["H"] = "${env:H}" },
        };

        AssertRefused(remote, "url, with its references resolved, must be an absolute http://, https://, ws:// or wss:// URL", ("URL", "x"), ("H", ""));
        AssertRefused(remote, "headers.H, with its references resolved, must not hold a line break or U+0000", ("URL", "http://x"), ("H", "a\nb"));
        AssertRefused(new ServerConfig { Id = "a", Command = "${env:C}" }, "command, with its references resolved, must not be empty", ("C", ""));
        Assert.Throws<ArgumentException>(() => ResolvedServer.From(new ServerConfig { Id = "a" }, Config.Variables()));
    }

    private static void AssertRefused(ServerConfig server, string reason, params (string, string)[] environment) =>
        Assert.Equal(reason, Assert.Throws<VariableException>(() => ResolvedServer.From(server, Config.Variables(environment))).Reason);
}
