using Steward.Cli;
using Steward.Tests.Discovery;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Cli;

/// <summary>Servers that are taken from where <c>steward discover</c> finds them.</summary>
public sealed class ImportSourceTests : IAsyncLifetime
{
    private const string Weather = """{"servers":[{"server":{"name":"io.acme/weather","description":"Forecasts","version":"1.0.0","packages":[{"registryType":"npm","identifier":"@acme/weather","version":"1.0.0","transport":{"type":"stdio"},"environmentVariables":[{"name":"WEATHER_KEY","isRequired":true,"isSecret":true}]}]}}],"metadata":{}}""";

    private readonly Machine _machine = new();
    private readonly TemporaryData _temporary = new();
    private FakeService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await FakeService.StartAsync();
        foreach (var program in (string[])["mcp-git", "mcp-time", "npx"])
            _machine.WriteProgram($"bin/{program}");
        _machine.SetPath("bin");
        _machine.Write("home/me/steward.json", $$"""{"mcpServers":{},"discovery":{"registryUrl":"{{_service.Address}}"} }""");
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _machine.Dispose();
        _temporary.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_name_is_looked_for_everywhere_on_this_machine()
    {
        var (exitCode, output, error) = await RunAsync("import", "mcp-git", "--yes");
        var (_, again, _) = await RunAsync("import", "mcp-git", "--yes");
        var (_, list, _) = await RunAsync("export");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Equal($"""
            One server can be added:
              mcp-git  (path: MCP Git)
                  {_machine.PathOf("bin/mcp-git")}
            Added mcp-git to Steward's registry. 'steward up' runs them.

            """, output);
        Assert.Equal("Steward has 'MCP Git' of path already, as mcp-git.\n", again);
        Assert.Contains("bin/mcp-git\"", list, StringComparison.Ordinal);
        Assert.False(_machine.HasRun);
        Assert.Empty(_service.Asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_a_name_a_source_gives_all_that_it_has_and_without_a_source_only_clients_are_asked()
    {
        var (_, all, _) = await RunAsync("import", "--source", "path", "--dry-run");
        var (_, none, _) = await RunAsync("import", "--dry-run");

        Assert.StartsWith("2 servers can be added:\n  mcp-git  (path: MCP Git)\n", all, StringComparison.Ordinal);
        Assert.Equal("No servers are found.\n", none);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("weather", "weather", "")]
    [InlineData("io.acme/weather", "io.acme/weather", "")]
    [InlineData("acme-weather", "weather", "acme-weather")]
    public async Task A_server_of_the_registry_is_added_where_the_registry_is_named(string name, string answered, string empty)
    {
        _service.Json($"/v0.1/servers?limit=100&version=latest&search={answered}", name == "acme-weather" ? Weather.Replace("io.acme/weather", "io.acme/acme weather", StringComparison.Ordinal) : Weather);
        if (empty.Length > 0)
            _service.Json($"/v0.1/servers?limit=100&version=latest&search={empty}", """{"servers":[],"metadata":{}}""");

        var (exitCode, output, error) = await RunAsync("import", name, "--source", "registry", "--yes");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Contains("1.0.0)\n      Forecasts\n      npx -y @acme/weather@1.0.0\n      WEATHER_KEY=${env:WEATHER_KEY}\n", output, StringComparison.Ordinal);
        Assert.Contains("! Added disabled: ${env:WEATHER_KEY} is not set here.", output, StringComparison.Ordinal);
        Assert.EndsWith($"Added {(name.Contains('/', StringComparison.Ordinal) ? "weather" : name)} to Steward's registry. 'steward up' runs them.\n", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_registry_that_cannot_be_asked_is_said_beside_the_name_that_was_not_found()
    {
        var (exitCode, _, error) = await RunAsync("import", "weather", "--source", "registry");

        Assert.Equal(ExitCodes.Unknown, exitCode);
        Assert.StartsWith("steward: No server 'weather' is found. registry: ", error, StringComparison.Ordinal);
        Assert.Contains("404", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_name_of_two_different_servers_is_never_guessed()
    {
        _machine.Write("home/me/.cursor/mcp.json", """{"mcpServers":{"mcp-git":{"command":"uvx","args":["git","--token","s3cret"]} } }""");

        var (exitCode, output, error) = await RunAsync("import", "mcp-git", "--yes");
        var (_, chosen, _) = await RunAsync("import", "mcp-git", "--source", "path", "--dry-run");
        var (_, other, _) = await RunAsync("import", "mcp-git", "--client", "cursor", "--dry-run");

        Assert.Equal((ExitCodes.Usage, ""), (exitCode, output));
        Assert.Equal($"""
            steward: 'mcp-git' is the name of 2 servers:
              cursor: uvx git --token ***
              path: {_machine.PathOf("bin/mcp-git")}
            Say which, with --client cursor or --source path.

            """, error);
        Assert.Contains("(path: MCP Git)", chosen, StringComparison.Ordinal);
        Assert.Contains("(cursor)", other, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_id_that_Steward_has_for_another_server_gets_the_name_of_the_source_behind_it()
    {
        _machine.Write("home/me/steward.json", """{"mcpServers":{"mcp-git":{"command":"something-else"} } }""");

        var (_, output, _) = await RunAsync("import", "mcp-git", "--yes");

        Assert.EndsWith("Added mcp-git-path to Steward's registry. 'steward up' runs them.\n", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_file_of_the_folder_declares_is_not_added_beside_it_but_may_go_into_another_file()
    {
        _machine.Write("home/me/steward.json", $$"""{"mcpServers":{"mine":{"command":"{{_machine.PathOf("bin/mcp-git")}}"} } }""");

        var (_, output, _) = await RunAsync("import", "mcp-git", "--yes");
        var (_, file, _) = await RunAsync("import", "mcp-git", "--to", "other.json", "--yes");

        Assert.Equal("Steward has 'MCP Git' of path already, as mine.\n", output);
        Assert.EndsWith($"Added mcp-git to {_machine.Home}/other.json.\n", file, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Into_a_running_daemon_it_is_added_and_started()
    {
        await using var rig = await HostRig.StartAsync(Fleet.Server("files"));

        var (exitCode, output, _) = await RunAsync(rig, "import", "mcp-time", "--yes");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.EndsWith("Added mcp-time to the running daemon. It starts them now: 'steward status' shows how they are.\n", output, StringComparison.Ordinal);
        Assert.Equal(["files", "mcp-time"], rig.Host.Manager.GetAllStatuses().Select(status => status.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_command_is_shown_whole_however_long()
    {
        var tail = $"{new string('x', 3000)} --the-end";
        _machine.Write("home/me/.cursor/mcp.json", $$"""{"mcpServers":{"long":{"command":"{{_machine.PathOf("bin/npx")}}","args":["{{tail}}"]} } }""");

        var (_, output, _) = await RunAsync("import", "--dry-run");

        Assert.Contains("--the-end'\n", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(HostRig? rig, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var data = rig?.Data ?? _temporary.Data;
        var context = new CliContext
        {
            Out = output,
            Error = error,
            In = TextReader.Null,
            WorkingDirectory = _machine.Home,
            Variables = name => name == "STEWARD_DATA" ? data.Path : null,
            Handler = rig is null ? null : rig.CreateHandler,
            Machine = _machine.Context,
        };
        return (await CommandLine.RunAsync(arguments, context, TestContext.Current.CancellationToken), output.ToString(), error.ToString());
    }
}
