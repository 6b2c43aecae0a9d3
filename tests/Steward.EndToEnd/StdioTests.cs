using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The life of <c>steward stdio</c>: how it begins, what it survives, how it ends.</summary>
public sealed class StdioTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"script","version":"1"}}}""";

    private const string List = """{"jsonrpc":"2.0","id":"list","method":"tools/list"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_end_of_a_daemon_costs_the_calls_in_flight_and_nothing_else()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer() }, daemon: true, Cancellation);
        await using var client = await TypeScriptClient.LaunchAsync(Repository.StewardProgram, rig.Arguments(""), rig.Environment, ClientPair.AnswersOf("Anna"), Cancellation);
        var steward = rig.Steward!;
        var killed = steward.DaemonId;
        var sleeping = await client.BeginAsync("tools/call", Json.Call("server__sleep", new() { ["ms"] = 60_000 }));
        await client.RequestAsync("tools/list", null, Cancellation); // the call before it is in flight by now

        steward.KillDaemon();

        Assert.Equal(-32000, await client.ErrorCodeAsync(sleeping, Cancellation));
        Assert.Contains("again", (await client.CallAsync("server__echo", new() { ["text"] = "again" }, Cancellation)).TextOfTool(), StringComparison.Ordinal);
        await client.ReceivesAsync(message => message.IsMethod("notifications/tools/list_changed"), Cancellation);
        Assert.Contains("sampled by Anna", (await client.CallAsync("server__ask_sampling", new() { ["prompt"] = "Hello" }, Cancellation)).TextOfTool(), StringComparison.Ordinal);
        await steward.ReadFactsAsync(after: killed, Cancellation);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_script_asks_before_the_end_of_its_input_is_answered(bool daemon)
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "echo") }, daemon, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        Assert.Equal("open", (await AnswerAsync(command, "open")).GetProperty("id").GetString());
        await command.WriteLineAsync(List);
        command.CloseInput();

        Assert.NotEmpty((await AnswerAsync(command, "list")).GetProperty("result").GetProperty("tools").EnumerateArray());
        Assert.Equal(0, await command.ExitAsync(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_script_that_ends_its_input_at_once_is_answered_when_its_server_is_up()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "slow-start", "--delay", "1500") }, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        await command.WriteLineAsync("""{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"server__echo","arguments":{"text":"late"}}}""");
        command.CloseInput();

        Assert.Contains("late", (await AnswerAsync(command, "call")).GetProperty("result").ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await command.ExitAsync(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_group_is_served_under_its_own_names()
    {
        var groups = new JsonObject { ["talk"] = new JsonObject { ["servers"] = new JsonArray("server"), ["rename"] = new JsonObject { ["server__echo"] = "say" } } };
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "echo") }, daemon: false, Cancellation, groups);
        await using var command = LineProcess.Start(Repository.StewardProgram, rig.ArgumentsOfGroup("talk"), rig.Environment);
        await command.WriteLineAsync(Initialize);
        await command.WriteLineAsync("""{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"say","arguments":{"text":"hello"}}}""");
        command.CloseInput();

        Assert.Contains("hello", (await AnswerAsync(command, "call")).GetProperty("result").ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await command.ExitAsync(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_signal_ends_it_with_its_servers()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "forks", "--how", "plain") }, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        await AnswerAsync(command, "open");
        await command.WriteLineAsync(List);
        await AnswerAsync(command, "list");
        Assert.True(rig.Living.Count > 1, "the command and its server were expected");

        Signals.Send(command.Id, Signals.Terminate);

        Assert.Equal(0, await command.ExitAsync(Cancellation)); // what it leaves behind fails the disposal
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_is_killed_leaves_nothing_behind_of_the_servers_that_it_ran(bool isTheOneThatWasLaunched)
    {
        var servers = Upstreams.EveryKindOfProcess().EachWithShutdown(drainMs: 200, graceMs: 800);
        await using var rig = await StdioRig.StartAsync(servers, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        await AnswerAsync(command, "open");
        await command.WriteLineAsync(List);
        await AnswerAsync(command, "list");
        var others = rig.Living.Where(process => process.Id != command.Id).ToArray();
        Assert.True(others.Length > servers.Count + 1, "the command's inner process, its servers and their children were expected");

        Signals.Send(isTheOneThatWasLaunched ? command.Id : others.Single(static process => process.CommandLine.Contains("stdio", StringComparison.Ordinal)).Id, Signals.Kill);

        Assert.Equal(137, await command.ExitAsync(Cancellation)); // what it leaves behind fails the disposal
    }

    [Fact(Timeout = 60_000)]
    public async Task A_configuration_that_cannot_be_used_is_told_to_the_client()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = new JsonObject { ["comand"] = "x" } }, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        var error = (await AnswerAsync(command, "open")).GetProperty("error").GetProperty("message").GetString();
        command.CloseInput();

        Assert.Contains("mcpServers.server", error, StringComparison.Ordinal);
        Assert.Equal(2, await command.ExitAsync(Cancellation));
        Assert.Contains(command.Errors.Items, line => line.Contains("mcpServers.server", StringComparison.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true, -32000)]
    [InlineData(false, -32603)]
    public async Task A_server_that_there_is_not_is_told_to_the_client(bool daemon, int code)
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "echo") }, daemon, Cancellation);
        await using var command = Start(rig, "sever");
        await command.WriteLineAsync(Initialize);

        var error = (await AnswerAsync(command, "open")).GetProperty("error");

        Assert.Equal(code, error.GetProperty("code").GetInt32());
        Assert.Contains("'sever'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        command.CloseInput();
        await command.ExitAsync(Cancellation);
    }

    private static LineProcess Start(StdioRig rig, string server = "") => LineProcess.Start(Repository.StewardProgram, rig.Arguments(server), rig.Environment);

    /// <summary>The answer to a request; every line before it must be a message as well.</summary>
    private static async Task<JsonElement> AnswerAsync(LineProcess command, string id)
    {
        for (var i = 0; ; i++)
        {
            var message = JsonElement.Parse(await command.Output.AtAsync(i, Cancellation));
            Assert.Equal("2.0", message.GetProperty("jsonrpc").GetString());
            if (message.TryGetProperty("id", out var own) && own.ValueEquals(id))
                return message;
        }
    }
}
