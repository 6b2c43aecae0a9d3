using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Steward.Cli;
using Steward.Events;
using Steward.Registry;
using Steward.Server.Api;
using Steward.Server.Reload;
using Steward.Supervision;
using Steward.Tests.Cli;
using Xunit;

namespace Steward.Tests.Server.Reload;

/// <summary>A host that follows its configuration file.</summary>
public sealed class ReloadTests
{
    private const string Two = """{ "mcpServers": { "a": { "command": "x" }, "b": { "command": "x" } } }""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_saved_file_is_taken_over_and_a_broken_one_is_told_once_and_changes_nothing()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        var told = Listen(rig);
        var a = rig.Host.Manager.FindStatus("a")!;

        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "a": { "command": "x" }, "c": { "command": "x" } } }""", Cancelled);
        Assert.Contains("+ c  is added and started", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        await rig.Host.Manager.WaitForStatusAsync("c", status => status.State == ServerState.Running, Cancelled);
        Assert.Null(rig.Host.Manager.FindStatus("b"));
        Assert.Same(a, rig.Host.Manager.FindStatus("a"));

        await File.WriteAllTextAsync(rig.ConfigFile, "{ \"mcpServers\": {\n  \"a\": { \"command\": 5 } } }", Cancelled);
        Assert.Contains("(2,21): mcpServers.a.command: is 5, but must be a string", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        var problem = Assert.Single((await StateAsync(rig)).Problems);
        Assert.Equal((2, 21), (problem.Line, problem.Column));
        Assert.Same(a, rig.Host.Manager.FindStatus("a"));
        var (exitCode, _, error) = await new CliRig(rig, rig.Data).RunAsync("status");
        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains("mcpServers.a.command", error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "a": { "command": "x", "tools": { "deny": ["y"] } } } }""", Cancelled);
        Assert.Contains("~ a  is changed in place: tools.deny", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        Assert.Empty((await StateAsync(rig)).Problems);
        Assert.Equal(3, rig.Launcher.Count);
        Assert.False(told.TryRead(out _));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_plan_is_shown_and_applied_on_the_command_line()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        var next = Beside(rig, "next.json");
        await File.WriteAllTextAsync(next, """{ "mcpServers": { "b": { "command": "x", "args": ["1"] } }, "gateway": { "limits": { "sessions": 3 } } }""", Cancelled);
        var cli = CliBeside(rig);

        var planned = await cli.RunAsync("plan", "next.json");
        Assert.Equal(
            (ExitCodes.Success, "  - a  is stopped and removed\n  ~ b  is replaced without a gap: args\nNot before 'steward down' and 'steward up': gateway.limits.sessions\n", ""), planned);
        Assert.Equal(2, rig.Host.Manager.GetAllStatuses().Count);

        var applied = await cli.RunAsync("apply", "next.json");
        Assert.Equal((ExitCodes.Success, planned.Out + "a is gone\nb is Running\n", ""), applied);
        Assert.Equal(["1"], rig.Host.Manager.FindConfig("b")!.Args);
        Assert.Equal(["gateway.limits.sessions"], (await StateAsync(rig)).NeedsRestart);

        Assert.Equal((ExitCodes.Success, "  + a  is added and started\n  ~ b  is replaced without a gap: args\n", ""), await cli.RunAsync("plan"));
        Assert.Equal(ExitCodes.Success, (await cli.RunAsync("apply", "--json")).ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_cannot_be_used_is_refused_with_every_problem_on_a_line()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await File.WriteAllTextAsync(Beside(rig, "bad.json"), """{ "mcpServers": { "a": { "command": 5 }, "b": {} } }""", Cancelled);

        var (exitCode, output, error) = await CliBeside(rig).RunAsync("plan", "bad.json");

        Assert.Equal((ExitCodes.Usage, "", 2), (exitCode, output, error.TrimEnd('\n').Split('\n').Length));
        Assert.Contains("mcpServers.b: command is missing", error, StringComparison.Ordinal);
        using var response = await rig.Client.PostAsJsonAsync("/api/v1/config/plan", new ConfigRequest("relative.json"), ApiJson.Default.ConfigRequest, Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_cannot_be_started_as_the_file_wants_is_a_failure_that_status_shows()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        rig.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Args is ["broken"])
                launch.Fail("exit code 2");
            else
                launch.Succeed();
        };
        await File.WriteAllTextAsync(Beside(rig, "next.json"), """{ "mcpServers": { "a": { "command": "x" }, "b": { "command": "x", "args": ["broken"] } } }""", Cancelled);
        var cli = CliBeside(rig);
        var told = Listen(rig);

        var (exitCode, _, error) = await cli.RunAsync("apply", "next.json");

        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("is taken over", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        Assert.StartsWith("Server 'b' did not come up by its new definition (exit code 2); it runs on by the old one.", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        Assert.Contains("b is not as the file wants it: Server 'b' did not come up by its new definition (exit code 2); it runs on by the old one.", error, StringComparison.Ordinal);
        Assert.Contains("exit code 2", (await cli.RunAsync("status")).Error, StringComparison.Ordinal);
        Assert.Equal(ServerState.Running, rig.Host.Manager.FindStatus("b")!.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_change_of_a_definition_is_told_once_on_the_stream_and_stands_in_the_history()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        var told = Listen(rig);
        await using var stream = await rig.Client.GetStreamAsync("/api/v1/events?name=mcp_server_config_changed&name=config_changed&name=config_rejected", Cancelled);
        await using var items = SseParser.Create(stream).EnumerateAsync(Cancelled).GetAsyncEnumerator(Cancelled);

        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "a": { "command": "x", "args": ["1"] }, "b": { "command": "x", "name": "B" }, "c": { "command": "x" } } }""", Cancelled);
        await told.ReadAsync(Cancelled);

        Assert.Equal(("a", "args", "file"), await ChangedAsync(items));
        Assert.Equal(("b", "name", "file"), await ChangedAsync(items));
        var applied = await NextAsync(items);
        Assert.Equal((EventNames.ConfigChanged, Path.GetFullPath(rig.ConfigFile)), (applied.Name, applied.Text("file")));
        Assert.Equal("""{"added":["c"],"removed":[],"changed":["a","b"]""", "{" + applied.Data.GetRawText()[applied.Data.GetRawText().IndexOf("\"added\"", StringComparison.Ordinal)..applied.Data.GetRawText().IndexOf(",\"settings\"", StringComparison.Ordinal)]);
        Assert.Equal(["args", "name"], (await ChangesAsync(rig)).Select(row => row.Detail!.Split(": ")[^1]).Order());

        await File.WriteAllTextAsync(rig.ConfigFile, "{", Cancelled);
        await told.ReadAsync(Cancelled);
        Assert.Equal(EventNames.ConfigRejected, (await NextAsync(items)).Name);

        using var added = await rig.Client.PostAsync("/api/v1/servers", new StringContent("""{ "id": "r", "definition": { "command": "x" } }""", Encoding.UTF8, "application/json"), Cancelled);
        using var patched = await rig.Client.PatchAsync("/api/v1/servers/r/definition", new StringContent("""{ "args": ["secret"] }""", Encoding.UTF8, "application/json"), Cancelled);
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        Assert.Equal(("r", "args", "registry"), await ChangedAsync(items));
        Assert.Equal(("r", "args"), (await ChangesAsync(rig)).Select(row => (row.Server, row.Detail)).First());

        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "a": { "command": "x", "args": ["2"] } } }""", Cancelled);
        Assert.Equal(ExitCodes.Success, (await CliBeside(rig).RunAsync("apply")).ExitCode);
        Assert.Equal(("a", "args", "file"), await ChangedAsync(items));
        Assert.Equal(4, (await ChangesAsync(rig)).Count);
        Assert.Equal(["Removed", "Removed", "Added", "Added"], (await EventsAsync(rig)).Where(row => row.Kind is LifecycleEventKind.Added or LifecycleEventKind.Removed).Select(row => $"{row.Kind}"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_display_that_fails_takes_nothing_from_what_is_done()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        rig.Host.ConfigurationTold = _ => throw new IOException("No space left on device");
        var next = Beside(rig, "next.json");
        await File.WriteAllTextAsync(next, """{ "mcpServers": { "a": { "command": "x" } } }""", Cancelled);

        Assert.Equal(ExitCodes.Success, (await CliBeside(rig).RunAsync("apply", "next.json")).ExitCode);

        foreach (var (id, text) in ((string, string)[])[("c", Two[..^4] + """, "c": { "command": "x" } } }"""), ("d", Two[..^4] + """, "d": { "command": "x" } } }""")])
            await FollowsAsync(id, text);
        await File.WriteAllTextAsync(rig.ConfigFile, "{", Cancelled);
        await rig.Host.ReloadAsync();
        Assert.Equal((true, 1), ((await StateAsync(rig)).Followed, (await StateAsync(rig)).Problems.Count));

        async Task FollowsAsync(string id, string text)
        {
            await File.WriteAllTextAsync(rig.ConfigFile, text, Cancelled);
            await foreach (var status in rig.Host.Manager.WatchAsync(Cancelled))
            {
                if (status.Id == id)
                    break;
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_wrong_with_the_own_file_stays_wrong_when_another_is_applied()
    {
        await using var rig = await HostRig.StartAsync("""{ "mcpServers": { "a": { "command": "x", "future": 1 } } }""");
        await rig.SettleAsync();
        Assert.Single((await StateAsync(rig)).Warnings);
        await File.WriteAllTextAsync(rig.ConfigFile, "{", Cancelled);
        await rig.Host.ReloadAsync();
        await File.WriteAllTextAsync(Beside(rig, "other.json"), Two, Cancelled);
        var told = Listen(rig);

        Assert.Equal(ExitCodes.Success, (await CliBeside(rig).RunAsync("apply", "other.json")).ExitCode);

        var state = await StateAsync(rig);
        Assert.Equal((1, 1), (state.Problems.Count, state.Warnings.Count));
        Assert.Contains("other.json is taken over", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        await rig.Host.DisposeAsync();
        Assert.Contains("other.json is taken over", await File.ReadAllTextAsync(rig.Data.DaemonLogFile, Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task How_much_history_is_kept_follows_the_file()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        for (var i = 0; i < 5; i++)
            await rig.Host.Manager.RestartServerAsync("a", Cancelled);
        while ((await EventsAsync(rig)).Count < 7)
            await Task.Yield();
        var told = Listen(rig);

        await File.WriteAllTextAsync(rig.ConfigFile, Two[..^1] + """, "history": { "maxRows": 2 } }""", Cancelled);

        Assert.Contains("Changed at once: history.maxRows", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        Assert.Empty((await StateAsync(rig)).NeedsRestart);
        Assert.Equal(2, (await EventsAsync(rig)).Count);
        Assert.Equal((ExitCodes.Success, "No server changes: a, b\n", ""), await CliBeside(rig).RunAsync("plan"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Definitions_are_read_page_by_page()
    {
        await using var rig = await HostRig.StartAsync(Two);

        Assert.Equal((2, "a b"), await PageAsync(""));
        Assert.Equal((2, "a"), await PageAsync("?limit=1"));
        Assert.Equal((2, "b"), await PageAsync("?limit=1&after=a"));
        Assert.Equal((2, ""), await PageAsync("?after=b"));
        foreach (var wrong in (string[])["?limit=0", "?after=gone"])
        {
            using var refused = await rig.Client.GetAsync($"/api/v1/definitions{wrong}", Cancelled);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        async Task<(int, string)> PageAsync(string query)
        {
            var page = (await rig.Client.GetFromJsonAsync($"/api/v1/definitions{query}", ApiJson.Default.DefinitionList, Cancelled))!;
            return (page.Total, string.Join(' ', page.Servers.Select(server => server.Id)));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_declared_server_hides_is_seen_and_forgotten_on_the_command_line()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        var cli = CliBeside(rig);
        Assert.Equal(ExitCodes.Success, (await cli.RunAsync("add", "r", "--", "x")).ExitCode);
        Assert.Equal((ExitCodes.Failure, ""), Shortened(await cli.RunAsync("remove", "a")));
        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "r": { "command": "y" } } }""", Cancelled);
        await cli.RunAsync("apply");

        Assert.Contains("file, hides a registered one", (await cli.RunAsync("list")).Out, StringComparison.Ordinal);
        Assert.Contains("'steward remove --registered r' forgets that one", (await cli.RunAsync("get", "r")).Out, StringComparison.Ordinal);
        Assert.Contains("'steward remove --registered r' forgets that one", (await cli.RunAsync("remove", "r")).Error, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Success, "r is removed\n", ""), await cli.RunAsync("remove", "--registered", "r"));
        Assert.DoesNotContain("hides", (await cli.RunAsync("list")).Out, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failure, "", "steward: Nothing is registered as 'r': this server is declared in the configuration file. Edit the file to remove it.\n"), await cli.RunAsync("remove", "--registered", "r"));
        Assert.Equal(ServerState.Running, rig.Host.Manager.FindStatus("r")!.State);

        static (int, string) Shortened((int ExitCode, string Out, string Error) outcome) => (outcome.ExitCode, outcome.Out);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_without_a_file_says_so()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);

        var (exitCode, _, error) = await new CliRig(rig, rig.Data).RunAsync("apply");

        Assert.Equal((ExitCodes.Failure, "steward: This daemon was started without a configuration file: name one.\n"), (exitCode, error));
        Assert.False((await StateAsync(rig)).Followed);
        await rig.Host.ReloadAsync();
    }

    private static async Task<(string?, string, string?)> ChangedAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        var happened = await NextAsync(items);
        Assert.Equal(EventNames.ServerConfigChanged, happened.Name);
        Assert.DoesNotContain("secret", happened.Data.GetRawText(), StringComparison.Ordinal);
        return (happened.Text("server_id"), string.Join(' ', happened.Data.GetProperty("keys").EnumerateArray().Select(key => key.GetString())), happened.Text("source"));
    }

    private static async Task<StewardEvent> NextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        Assert.True(await items.MoveNextAsync());
        return JsonSerializer.Deserialize(items.Current.Data, ApiJson.Default.StewardEvent)!;
    }

    private static async Task<IReadOnlyList<LifecycleEvent>> ChangesAsync(HostRig rig) => [.. (await EventsAsync(rig)).Where(row => row.Kind == LifecycleEventKind.ConfigChanged)];

    /// <summary>Newest first, with all that was recorded before.</summary>
    private static async Task<IReadOnlyList<LifecycleEvent>> EventsAsync(HostRig rig)
    {
        await rig.Host.Registry.FlushAsync(Cancelled);
        return (await rig.Client.GetFromJsonAsync("/api/v1/history/events", ApiJson.Default.IReadOnlyListLifecycleEvent, Cancelled))!;
    }

    private static string Beside(HostRig rig, string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(rig.ConfigFile))!, name);

    private static CliRig CliBeside(HostRig rig) => new(rig, rig.Data) { WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(rig.ConfigFile))! };

    private static ChannelReader<string> Listen(HostRig rig)
    {
        var told = Channel.CreateUnbounded<string>();
        rig.Host.ConfigurationTold = text => told.Writer.TryWrite(text);
        return told.Reader;
    }

    private static async Task<ConfigState> StateAsync(HostRig rig) => (await rig.Client.GetFromJsonAsync("/api/v1/config", ApiJson.Default.ConfigState, Cancelled))!;
}
