using System.Text;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Rounds;
using Steward.Tests.Gateway.Parking;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway.Tasks;

/// <summary>Calls that wait for tasks of which their clients know nothing.</summary>
public sealed class AwaitedTaskTests
{
    private const string Id = "task-a";
    private const string Begun = """{"task":{"taskId":"t1","status":"working","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttl":60000}}""";
    private const string Asking = """{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object"},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}}""";

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_is_given_up_while_its_task_begins_gives_the_task_up(bool isModern)
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync(Id);
        using var client = isModern ? null : await rig.OpenAsync($"/servers/{Id}/mcp");
        var call = client?.PostAsync("""{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"slow"}}""");
        var direct = isModern ? await new DirectClient(rig, "{}", path: Id).SendAsync("tools/call", """{"name":"slow"}""") : null;
        Assert.NotNull((await server.NextAsync("tools/call"))["params"]!["task"]);
        var exchange = direct?.Exchange ?? FindExchange(rig);

        Assert.True(exchange.Connection.TryEnd(exchange)); // the reader has the answer in its hands
        exchange.Cancel("gone");
        Answer(exchange, Begun);

        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
        Assert.False(server.HasHeard("tasks/result"));
        Assert.Equal(0, exchange.Connection.CallsInFlight);
        if (call is not null)
            (await call).Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_wait_in_the_other_era_does_not_run_out_before_it_has_begun()
    {
        await using var rig = await GatewayRig.StartAsync(static server => server.IsModern = true, Id);
        var server = await rig.LaunchedAsync(Id);
        using var client = await rig.OpenAsync($"/servers/{Id}/mcp");
        var call = client.PostAsync("""{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"wait"}}""");
        await server.NextAsync("tools/call");
        var exchange = (RoundsExchange)FindExchange(rig);
        Assert.True(exchange.Connection.TryEnd(exchange)); // the reader has the answer in its hands
        var wait = new TaskWait(exchange, "t1", new TaskPolicy { Timeout = TimeSpan.FromMilliseconds(1), PollInterval = TimeSpan.FromHours(1) });

        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(exchange.Connection.TryResume(exchange));
        wait.Begin(Encoding.UTF8.GetBytes("""{"resultType":"task","taskId":"t1","status":"working","ttlMs":null}"""));
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
        using var answer = await call;
        Assert.Equal("task_timeout", (string?)(await RigClient.JsonAsync(answer))["error"]!["data"]!["steward"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(""","cancel":{}""", ", and was cancelled.")]
    [InlineData("", "; it cannot be cancelled there, and may go on.")]
    public async Task That_a_task_was_cancelled_is_said_only_where_it_was(string cancel, string said)
    {
        var definition = GatewayRig.Server("plain") with { Tasks = new() { Timeout = TimeSpan.FromSeconds(1) } };
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [definition] }, server =>
        {
            Script(server);
            server.Capabilities = $$$$"""{"tools":{},"tasks":{"requests":{"tools":{"call":{}}}{{{{cancel}}}}}}""";
        });
        var server = await rig.LaunchedAsync("plain");
        using var client = await rig.OpenAsync("/servers/plain/mcp");
        var call = client.CallToolAsync("slow");
        await server.AnswerAsync(await server.NextAsync("tools/call"), Begun);
        await server.NextAsync("tasks/result");
        rig.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal($"Server 'plain': the task that it made of this call took longer than 1 s (taskConfig.timeoutMs){said}", (string?)(await call)["error"]!["message"]);
        Assert.Equal("The task took longer than 1 s (taskConfig.timeoutMs).", (string?)(await server.NextAsync("notifications/cancelled"))["params"]!["reason"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task In_a_process_of_its_own_too_a_task_asks_on_the_stream_of_its_call_and_only_so_often()
    {
        var definition = GatewayRig.Server(Id, ServerIsolation.Session) with { Tasks = new() { MaxInputRounds = 1 } };
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [definition] }, Script);
        await rig.LaunchedAsync(Id); // the one that all would share
        using var client = await rig.OpenAsync($"/servers/{Id}/mcp", capabilities: """{"elicitation":{}}""");
        var slow = client.PostAsync(client.Message("tools/call", """{"name":"slow"}"""));
        var server = await rig.LaunchedAsync(Id);
        await server.AnswerAsync(await server.NextAsync("tools/call"), Begun);
        var result = await server.NextAsync("tasks/result");
        var other = client.PostAsync(client.Message("tools/call", """{"name":"wait"}"""));
        var otherRequest = await server.NextAsync("tools/call");

        await server.SayAsync(Asking);
        using var stream = await SseReader.OpenAsync(await slow);
        Assert.Equal("elicitation/create", (string?)(await stream.MessageAsync())["method"]);
        await server.SayAsync(Asking);
        Assert.Contains("taskConfig.maxInputRounds", (string)(await server.NextAsync("answer"))["error"]!["message"]!, StringComparison.Ordinal);

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"working"}}""");
        await server.AnswerAsync(result);
        Assert.NotNull((await stream.MessageAsync())["result"]);
        await server.AnswerAsync(otherRequest);
        (await other).Dispose();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("5")]
    [InlineData("\"boom\"")]
    [InlineData("{}")]
    public async Task Whatever_a_server_calls_the_error_of_a_task_its_client_can_read(string error)
    {
        await using var rig = await GatewayRig.StartAsync(static server => server.IsModern = true, Id);
        var server = await rig.LaunchedAsync(Id);
        using var client = await rig.OpenAsync($"/servers/{Id}/mcp");
        var call = client.PostAsync("""{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"wait"}}""");
        await server.NextAsync("tools/call");
        var exchange = (RoundsExchange)FindExchange(rig);

        new TaskWait(exchange, "t1", new TaskPolicy()).Begin(Encoding.UTF8.GetBytes($$$"""{"resultType":"complete","taskId":"t1","status":"failed","ttlMs":null,"error":{{{error}}}}"""));

        using var answer = await call;
        Assert.Equal("task_failed", (string?)(await RigClient.JsonAsync(answer))["error"]!["data"]!["steward"]);
    }

    private static Task<GatewayRig> StartAsync() => GatewayRig.StartAsync(Script, Id);

    private static void Script(ScriptedServer server) =>
        server.Definitions["slow"] = """{"name":"slow","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}""";

    private static Exchange FindExchange(GatewayRig rig) => Assert.Single(rig.Gateway.Sessions.All).Find("\"mine\""u8)!;

    private static void Answer(Exchange exchange, string result)
    {
        var message = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"result":{{result}}}""");
        exchange.OnResponse(message, JsonRpcEnvelope.Parse(message));
    }
}
