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

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task The_end_of_a_daemon_costs_the_calls_in_flight_and_nothing_else()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer().With("queueMs", 60_000) }, daemon: true, Cancellation);
        await using var client = await TypeScriptClient.LaunchAsync(Repository.StewardProgram, rig.Arguments(""), rig.Environment, ClientPair.AnswersOf("Anna"), Cancellation);
        var steward = rig.Steward!;
        var killed = steward.DaemonId;
        var sleeping = await client.BeginAsync("tools/call", Json.Call("server__sleep", new() { ["ms"] = 600_000, ["label"] = "mine" }));
        await client.HasBegunAsync("mine", Cancellation, "server__");

        steward.KillDaemon();

        Assert.Equal(-32000, await client.ErrorCodeAsync(sleeping, Cancellation));
        Assert.Contains("again", (await client.CallAsync("server__echo", new() { ["text"] = "again" }, Cancellation)).TextOfTool(), StringComparison.Ordinal);
        await client.ReceivesAsync(message => message.IsMethod("notifications/tools/list_changed"), Cancellation);
        Assert.Contains("sampled by Anna", (await client.CallAsync("server__ask_sampling", new() { ["prompt"] = "Hello" }, Cancellation)).TextOfTool(), StringComparison.Ordinal);
        await steward.ReadFactsAsync(after: killed, Cancellation);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_script_asks_before_the_end_of_its_input_is_answered(bool daemon)
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "echo") }, daemon, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        Assert.Equal("open", (await AnswerAsync(command, "open")).GetProperty("id").GetString());
        await ListsAsync(command, servers: 1);
        await command.WriteLineAsync(List("list"));
        command.CloseInput();

        Assert.NotEmpty((await AnswerAsync(command, "list")).GetProperty("result").GetProperty("tools").EnumerateArray());
        Assert.Equal(0, await command.ExitAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
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

    [Fact(Timeout = 180_000)]
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

    [Fact(Timeout = 180_000)]
    public async Task A_signal_ends_it_with_its_servers()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer("--mode", "forks", "--how", "plain") }, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        await AnswerAsync(command, "open");
        await ListsAsync(command, servers: 1);
        Assert.Contains(rig.Living, static process => process.CommandLine.Contains("forks", StringComparison.Ordinal));

        Signals.Send(command.Id, Signals.Terminate);

        Assert.Equal(0, await command.ExitAsync(Cancellation)); // what it leaves behind fails the disposal
    }

    [Theory(Timeout = 180_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_is_killed_leaves_nothing_behind_of_the_servers_that_it_ran(bool isTheOneThatWasLaunched)
    {
        var servers = Upstreams.EveryKindOfProcess().EachWithShutdown(drainMs: 200, graceMs: 800);
        await using var rig = await StdioRig.StartAsync(servers, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        await AnswerAsync(command, "open");
        await ListsAsync(command, servers.Count);
        // The command's inner process, its servers and their children; what is being started looks like its parent for a moment.
        var others = await Poll.UntilAsync(
            () => Task.FromResult(rig.Living.Where(process => process.Id != command.Id).ToArray()), others => others.Length > servers.Count + 1 && others.Count(IsSteward) == 1, Cancellation);

        Signals.Send(isTheOneThatWasLaunched ? command.Id : others.Single(IsSteward).Id, Signals.Kill);

        Assert.Equal(137, await command.ExitAsync(Cancellation)); // what it leaves behind fails the disposal
    }

    [Fact(Timeout = 180_000)]
    public async Task A_configuration_that_cannot_be_used_is_told_to_the_client()
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = new JsonObject { ["comand"] = "x" } }, daemon: false, Cancellation);
        await using var command = Start(rig);
        await command.WriteLineAsync(Initialize);
        var error = (await AnswerAsync(command, "open")).GetProperty("error").GetProperty("message").GetString();
        command.CloseInput();

        Assert.Contains("mcpServers.server", error, StringComparison.Ordinal);
        Assert.Equal(2, await command.ExitAsync(Cancellation));
        await command.EndOfOutputAsync(Cancellation);
        Assert.Contains(command.Errors.Items, line => line.Contains("mcpServers.server", StringComparison.Ordinal));
    }

    [Theory(Timeout = 180_000)]
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

    private static bool IsSteward(MarkedProcess process) => process.CommandLine.Contains("stdio", StringComparison.Ordinal);

    private static string List(string id) => $$"""{"jsonrpc":"2.0","id":"{{id}}","method":"tools/list"}""";

    /// <summary>Lists the tools until those of so many servers are there: a list does not wait long for servers that are just being started.</summary>
    private static async Task ListsAsync(LineProcess command, int servers)
    {
        var asked = 0;
        await Poll.UntilAsync(async () =>
        {
            await command.WriteLineAsync(List($"look-{++asked}"));
            return (await AnswerAsync(command, $"look-{asked}")).GetProperty("result").Names("tools").Count(static name => name.EndsWith("__echo", StringComparison.Ordinal));
        }, listed => listed == servers, Cancellation);
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
