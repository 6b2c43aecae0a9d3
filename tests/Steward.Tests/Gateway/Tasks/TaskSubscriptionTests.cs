using System.Net;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Gateway.Tasks;

public sealed class TaskSubscriptionTests
{
    private const string WithTasks = """{"extensions":{"io.modelcontextprotocol/tasks":{}}}""";

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_hears_of_the_tasks_that_it_named_by_the_ids_that_it_knows()
    {
        await using var rig = await ModernAsync("task-a", "task-b");
        var (a, b) = (await rig.LaunchedAsync("task-a"), await rig.LaunchedAsync("task-b"));
        using var client = rig.Modern(capabilities: WithTasks);
        await BeginAsync(client, a, "task-a__wait");
        await BeginAsync(client, b, "task-b__wait");

        using var one = await SubscribeAsync(client, [("task-a:t1", a)]);
        using var both = await SubscribeAsync(client, [("task-a:t1", a), ("task-b:t1", b)]);
        await one.Server(a).TellAsync("working");
        await both.Server(a).TellAsync("working");

        var news = await one.Stream.MessageAsync();
        Assert.Equal(("notifications/tasks", "task-a:t1", "working"), ((string?)news["method"], Id(news), (string?)news["params"]!["status"]));
        Assert.Equal(one.Id, (int?)news["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);
        Assert.Equal("task-a:t1", Id(await both.Stream.MessageAsync()));
        await both.Server(b).TellAsync("completed", ",\"result\":{\"content\":[]}");
        var end = await both.Stream.MessageAsync();
        Assert.Equal(("task-b:t1", both.Id), (Id(end), (int?)end["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]));
        Assert.NotNull(end["params"]!["result"]!["content"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task At_one_server_ids_stay_as_they_are_and_nothing_unasked_passes()
    {
        await using var rig = await ModernAsync("task-a");
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern("/servers/task-a/mcp", WithTasks);
        await BeginAsync(client, server, "wait");

        using var subscription = await SubscribeAsync(client, [("t1", server)]);
        await subscription.Server(server).TellAsync("working", id: "t2");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t1","status":"failed"}}""");
        await subscription.Server(server).TellAsync("completed");

        var news = await subscription.Stream.MessageAsync();
        Assert.Equal(("t1", "completed"), (Id(news), (string?)news["params"]!["status"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_server_does_not_agree_to_is_not_acknowledged()
    {
        await using var rig = await ModernAsync("task-a", "plain");
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);

        var opening = client.StreamAsync("subscriptions/listen", Filter("""{"toolsListChanged":true,"taskIds":["task-a:t1","plain:t1","nobody:t1","x"]}"""));
        var asked = await server.NextAsync("subscriptions/listen");
        Assert.Equal("""["t1"]""", asked["params"]!["notifications"]!["taskIds"]!.ToJsonString());
        Assert.NotNull(asked["params"]!["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!["extensions"]!["io.modelcontextprotocol/tasks"]);
        await AcknowledgeAsync(server, asked, "");

        using var stream = await opening;
        Assert.Equal("""{"toolsListChanged":true}""", (await stream.MessageAsync())["params"]!["notifications"]!.ToJsonString());
        Assert.Equal((int?)asked["id"], (int?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_hears_of_the_task_of_another()
    {
        var config = new StewardConfig { Servers = [GatewayRig.Server("task-a")], Gateway = new GatewayConfig { BearerTokens = ["token-of-ann", "token-of-bob"] } };
        await using var rig = await GatewayRig.StartAsync(config, static server => server.IsModern = true);
        var server = await rig.LaunchedAsync("task-a");
        using var ann = rig.Modern(capabilities: WithTasks, token: "token-of-ann");
        using var bob = rig.Modern(capabilities: WithTasks, token: "token-of-bob");
        await BeginAsync(ann, server, "task-a__wait");

        using var stream = await bob.StreamAsync("subscriptions/listen", Filter("""{"taskIds":["task-a:t1"]}"""));

        Assert.Equal("{}", (await stream.MessageAsync())["params"]!["notifications"]!.ToJsonString());
        Assert.False(server.HasHeard("subscriptions/listen"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_does_not_declare_the_extension_is_told_that_it_is_needed()
    {
        await using var rig = await ModernAsync("task-a");
        using var client = rig.Modern();

        foreach (var (method, parameters) in new[] { ("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"task-a:t1\"]}"), ("tasks/get", "\"taskId\":\"task-a:t1\"") })
        {
            using var refused = await client.PostAsync(client.Message(method, parameters));
            var error = (await RigClient.JsonAsync(refused))["error"]!;
            Assert.Equal((HttpStatusCode.BadRequest, -32021), (refused.StatusCode, (int?)error["code"]));
            Assert.NotNull(error["data"]!["requiredCapabilities"]!["extensions"]!["io.modelcontextprotocol/tasks"]);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_that_ends_is_given_up_at_the_server()
    {
        await using var rig = await ModernAsync("task-a");
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        var subscription = await SubscribeAsync(client, [("task-a:t1", server)]);

        subscription.Dispose();

        Assert.Equal(subscription.Server(server).RequestId, (int?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_tells_no_longer_ends_the_subscription()
    {
        await using var rig = await ModernAsync("task-a");
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        using var subscription = await SubscribeAsync(client, [("task-a:t1", server)]);

        await server.AnswerAsync(subscription.Server(server).Request, """{"resultType":"complete"}""");

        var last = await subscription.Stream.MessageAsync();
        Assert.Equal((subscription.Id, "complete"), ((int?)last["id"], (string?)last["result"]!["resultType"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_task_did_before_the_acknowledgement_of_the_gateway_comes_right_behind_it()
    {
        await using var rig = await ModernAsync("task-a", "task-b");
        var (a, b) = (await rig.LaunchedAsync("task-a"), await rig.LaunchedAsync("task-b"));
        using var client = rig.Modern(capabilities: WithTasks);
        var opening = client.StreamAsync("subscriptions/listen", Filter("""{"taskIds":["task-a:t1","task-b:t1"]}"""));
        var (fromA, fromB) = (await a.NextAsync("subscriptions/listen"), await b.NextAsync("subscriptions/listen"));
        await AcknowledgeAsync(a, fromA, "\"taskIds\":[\"t1\"]");
        await new Listening(a, fromA).TellAsync("working");
        await new Listening(a, fromA).TellAsync("completed");
        await client.CallToolAsync("task-a__echo"); // answered behind what was told, which has been heard by then
        await AcknowledgeAsync(b, fromB, "\"taskIds\":[\"t1\"]");

        using var stream = await opening;
        Assert.Equal("notifications/subscriptions/acknowledged", (string?)(await stream.MessageAsync())["method"]);
        Assert.Equal("completed", (string?)(await stream.MessageAsync())["params"]!["status"]);
    }

    private static Task<GatewayRig> ModernAsync(params string[] servers) => GatewayRig.StartAsync(static server => server.IsModern = true, servers);

    private static string Filter(string notifications) => $"\"notifications\":{notifications}";

    private static string? Id(JsonNode message) => (string?)message["params"]!["taskId"];

    private static async Task BeginAsync(ModernRigClient client, ScriptedServer server, string tool)
    {
        var call = client.CallToolAsync(tool);
        await server.AnswerAsync(await server.NextAsync("tools/call"), """{"resultType":"task","taskId":"t1","status":"working"}""");
        await call;
    }

    private static Task AcknowledgeAsync(ScriptedServer server, JsonNode request, string honoured) => server.SayAsync(
        $$$$"""{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":{{{{request["id"]!.ToJsonString()}}}}},"notifications":{{{{{honoured}}}}}}}""");

    private static async Task<Subscription> SubscribeAsync(ModernRigClient client, (string Exposed, ScriptedServer Server)[] tasks)
    {
        var opening = client.StreamAsync("subscriptions/listen", Filter($$$"""{"taskIds":[{{{string.Join(',', tasks.Select(task => $"\"{task.Exposed}\""))}}}]}"""));
        var listenings = new List<Listening>();
        foreach (var server in tasks.Select(task => task.Server))
        {
            var request = await server.NextAsync("subscriptions/listen");
            await AcknowledgeAsync(server, request, "\"taskIds\":" + request["params"]!["notifications"]!["taskIds"]!.ToJsonString());
            listenings.Add(new Listening(server, request));
        }

        var stream = await opening;
        var acknowledged = (await stream.MessageAsync())["params"]!;
        Assert.Equal(tasks.Select(task => task.Exposed), acknowledged["notifications"]!["taskIds"]!.AsArray().Select(id => (string)id!));
        return new Subscription(stream, (int)acknowledged["_meta"]!["io.modelcontextprotocol/subscriptionId"]!, listenings);
    }

    /// <summary>A client's subscription, with what its servers know of it.</summary>
    private sealed record Subscription(SseReader Stream, int Id, List<Listening> Listenings) : IDisposable
    {
        public Listening Server(ScriptedServer server) => Listenings.Single(listening => listening.Server == server);

        public void Dispose() => Stream.Dispose();
    }

    private sealed record Listening(ScriptedServer Server, JsonNode Request)
    {
        public int RequestId => (int)Request["id"]!;

        public Task TellAsync(string status, string more = "", string id = "t1") => Server.SayAsync(
            $$$$"""{"jsonrpc":"2.0","method":"notifications/tasks","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":{{{{RequestId}}}}},"taskId":"{{{{id}}}}","status":"{{{{status}}}}"{{{{more}}}}}}""");
    }
}
