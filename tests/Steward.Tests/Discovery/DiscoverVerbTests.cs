using System.Text.Json;
using Steward.Cli;
using Steward.Tests.Server;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class DiscoverVerbTests : IDisposable
{
    private readonly Machine _machine = new();
    private readonly TemporaryData _temporary = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public DiscoverVerbTests()
    {
        _machine.WriteProgram("bin/mcp-git");
        _machine.WriteProgram("bin/mcp-time");
        _machine.SetPath("bin");
        Directory.CreateDirectory(_machine.Home);
    }

    public void Dispose()
    {
        _machine.Dispose();
        _temporary.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task The_list_says_what_was_found_how_it_would_be_started_and_what_to_do_next()
    {
        var (exitCode, output, error) = await RunAsync("discover", "--source", "path");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Equal($"""
            SERVER    FOUND IN  HOW IT WOULD BE STARTED
            mcp-git   path      {_machine.PathOf("bin/mcp-git")}
            mcp-time  path      {_machine.PathOf("bin/mcp-time")}

            Nothing was added or started. What you can do:
              steward import mcp-git  shows this one in full, asks, and adds it; so for any other
              steward discover WORD   searches the MCP registry as well

            """, output);
        Assert.False(_machine.HasRun);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_configuration_of_the_folder_has_is_managed_already()
    {
        _machine.Write("home/me/steward.json", $$"""{"mcpServers":{"my-git":{"command":"{{_machine.PathOf("bin/mcp-git")}}"} } }""");

        var (_, output, _) = await RunAsync("discover", "-s", "path", "--json");

        using var report = JsonDocument.Parse(output);
        var servers = report.RootElement.GetProperty("sources")[0].GetProperty("servers");
        Assert.Equal("my-git", servers[0].GetProperty("managedAs").GetString());
        Assert.False(servers[1].TryGetProperty("managedAs", out _));
        Assert.Equal(_machine.PathOf("bin/mcp-time"), servers[1].GetProperty("config").GetProperty("command").GetString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_word_narrows_the_list_and_the_registry_is_asked_where_it_was_configured()
    {
        await using var service = await FakeService.StartAsync();
        _machine.Write("home/me/steward.json", $$"""{"mcpServers":{},"discovery":{"registryUrl":"{{service.Address}}","sources":["path"]} }""");
        service.Json("/v0.1/servers?limit=100&version=latest&search=time", """
            {"servers":[{"server":{"name":"a/time-zones","description":"Evil\u001b[31m words","version":"1.0.0","remotes":[{"type":"sse","url":"https://a.example/sse?key=0123456789"}]}}],"metadata":{}}
            """);

        var (exitCode, output, _) = await RunAsync("discover", "time");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Matches(@"\nmcp-time +path +", output);
        Assert.Matches(@"\ntime-zones +registry +https://a\.example/sse\?key=\*\*\* +a/time-zones: Evil", output);
        Assert.Contains("\n  steward import mcp-time  ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("mcp-git", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", output, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_of_two_clients_is_one_row_that_names_both_and_the_terminal_has_a_table()
    {
        const string Entry = """{"mcpServers":{"notes":{"command":"npx","args":["-y","notes","/home/me/x"],"env":{"KEY":"s3cret"}}}}""";
        _machine.Write("home/me/.cursor/mcp.json", Entry);
        _machine.Write("home/me/.kiro/settings/mcp.json", Entry);
        _machine.Write("home/me/steward.json", $$"""{"mcpServers":{"my-git":{"command":"{{_machine.PathOf("bin/mcp-git")}}","args":["-v"]} } }""");

        var (_, plain, _) = await RunAsync("discover");
        var (_, terminal, _) = await RunAsync(null, isTerminal: true, "discover", "--source", "clients");
        var (_, raw, _) = await RunAsync("discover", "--json");

        Assert.Matches("\nnotes +cursor, kiro +npx -y notes /home/me/x\n", plain);
        Assert.Matches("\nmcp-git +path +.*/bin/mcp-git +as my-git\n", plain);
        Assert.Contains("Nothing found in npm, uv, dotnet.\n", plain, StringComparison.Ordinal);
        Assert.Contains("steward import   ", plain, StringComparison.Ordinal);
        Assert.Contains("steward import mcp-time  ", plain, StringComparison.Ordinal);
        Assert.Contains('╭', terminal);
        Assert.Contains("cursor, kiro", terminal, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", plain + terminal + raw, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(raw);
        var server = report.RootElement.GetProperty("sources")[0].GetProperty("servers")[0];
        Assert.Equal([$"kiro ({_machine.PathOf("home/me/.kiro/settings/mcp.json")})"], server.GetProperty("alsoAt").EnumerateArray().Select(place => place.GetString()));
    }

    [Fact(Timeout = 30_000)]
    public async Task With_a_daemon_its_definitions_say_what_is_managed_and_not_the_file_of_the_folder()
    {
        _machine.Write("home/me/steward.json", $$"""{"mcpServers":{"other":{"command":"{{_machine.PathOf("bin/mcp-time")}}"} } }""");
        await using var rig = await HostRig.StartAsync(new Steward.Configuration.ServerConfig { Id = "mine", Command = _machine.PathOf("bin/mcp-git") }, new Steward.Configuration.ServerConfig { Id = "mcp-time", Command = "something-else" });

        var (_, output, error) = await RunAsync(rig, "discover", "--source", "path");

        Assert.Equal("", error);
        Assert.Matches("\nmcp-git +path +.*/bin/mcp-git +as mine\n", output);
        Assert.Matches("\nmcp-time +path +.*/bin/mcp-time\n", output);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_source_that_cannot_be_asked_is_a_failure_with_its_reason()
    {
        _machine.Write("home/me/steward.json", """{"mcpServers":{},"discovery":{"registryUrl":"http://127.0.0.1:1"}}""");

        var (exitCode, output, _) = await RunAsync("discover", "-s", "registry");

        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("it cannot be asked now", output, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1/v0.1/servers", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_unknown_source_is_a_mistake_of_the_command_line()
    {
        var (exitCode, _, error) = await RunAsync("discover", "-s", "paht");

        Assert.Equal(ExitCodes.Usage, exitCode);
        Assert.Contains("There is no source 'paht'. There are: ", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_daemon_remembers_for_the_command_line_and_tells_by_its_API()
    {
        await using var service = await FakeService.StartAsync();
        service.Json("/v0.1/servers?limit=100&version=latest", """{"servers":[{"server":{"name":"a/far","description":"Far","version":"1.0.0","remotes":[{"type":"sse","url":"https://a.example/sse"}]}}]}""");
        await using var rig = await HostRig.StartDiscoveringAsync(_machine.Context, new() { RegistryUrl = service.Address.AbsoluteUri });
        var (exitCode, output, _) = await RunAsync(rig, "discover", "-s", "registry");
        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains("https://a.example/sse", output, StringComparison.Ordinal);

        (_, output, _) = await RunAsync(rig, "discover", "-s", "registry");
        Assert.Contains("(--refresh asks anew)", output, StringComparison.Ordinal);
        Assert.Single(service.Asked);

        await RunAsync(rig, "discover", "-s", "registry", "--refresh");
        Assert.Equal(2, service.Asked.Count);

        using var report = JsonDocument.Parse(await rig.Client.GetStringAsync("/api/v1/discovery?source=path&query=git", Cancelled));
        Assert.Equal("mcp-git", report.RootElement.GetProperty("sources")[0].GetProperty("servers")[0].GetProperty("id").GetString());
        using var refused = await rig.Client.GetAsync("/api/v1/discovery?source=nowhere", Cancelled);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    private Task<(int ExitCode, string Out, string Error)> RunAsync(HostRig? rig, params string[] arguments) => RunAsync(rig, isTerminal: false, arguments);

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(HostRig? rig, bool isTerminal, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var data = rig?.Data ?? _temporary.Data;
        var context = new CliContext
        {
            Out = output,
            Error = error,
            In = TextReader.Null,
            IsTerminal = isTerminal,
            WorkingDirectory = _machine.Home,
            Variables = name => name == "STEWARD_DATA" ? data.Path : null,
            Handler = rig is null ? null : rig.CreateHandler,
            Machine = _machine.Context,
        };
        return (await CommandLine.RunAsync(arguments, context, Cancelled), output.ToString(), error.ToString());
    }
}
