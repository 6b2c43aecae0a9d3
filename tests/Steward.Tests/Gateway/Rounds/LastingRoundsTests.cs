using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway.Rounds;

/// <summary>A call whose client is being asked, while its server is put to rest, replaced, or started again.</summary>
public sealed class LastingRoundsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1.5); // more than the first wait with its jitter

    private static readonly ShutdownPolicy AtOnce = new() { Drain = TimeSpan.Zero };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_server_does_not_rest_while_it_waits_for_what_a_client_is_asked()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a") with { IdleStop = Minute });
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));

        rig.Time.Advance(3 * Minute);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);

        await asked.AnswerAsync();
        await asked.EndAsync(asked.Server);
        await RestAsync(rig);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_may_rest_again_when_a_question_was_refused_or_its_call_given_up(bool isRefused)
    {
        await using var rig = await StartAsync(GatewayRig.Server("a") with { IdleStop = Minute });
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));

        if (isRefused)
            await asked.RefuseAsync();
        else
            await asked.GiveUpAsync();

        await RestAsync(rig);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_comes_while_the_old_version_drains_goes_there_and_that_waits_for_it()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a"));
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));
        await UpdateAsync(rig);

        await asked.AnswerAsync();
        await asked.EndAsync(asked.Server);

        await asked.Server.Peer.Link.Closed; // though no time has passed
        Assert.False((await rig.LaunchedAsync("a")).HasHeard("tools/call"));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_comes_when_the_old_version_is_gone_goes_to_the_new_one()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a") with { Shutdown = AtOnce });
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));
        await UpdateAsync(rig);
        await asked.Server.Peer.Link.Closed;

        await asked.AnswerAsync();

        await asked.EndAsync(await rig.LaunchedAsync("a"));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_for_a_server_that_crashed_meanwhile_waits_for_the_next_run_and_goes_there()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10) });
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));
        asked.Server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);

        await asked.AnswerAsync();
        Assert.Equal(1, rig.Gateway.Servers.Find("a")!.Line.Count);
        rig.Time.Advance(Retry);

        await asked.EndAsync(await rig.LaunchedAsync("a"));
        Assert.Equal(0, rig.Gateway.Servers.Find("a")!.Line.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_is_given_up_while_its_answer_waits_for_the_next_run_is_not_sent_there()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10) });
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));
        asked.Server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        await asked.AnswerAsync();

        await asked.GiveUpAsync();
        rig.Time.Advance(Retry);

        await asked.EchoAsync();
        var next = await rig.LaunchedAsync("a");
        Assert.Equal("echo", (string?)(await next.NextAsync("tools/call"))["params"]!["name"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_no_run_follows_the_call_fails_and_is_told_why()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a") with { Shutdown = AtOnce });
        using var asked = await AskedClient.AskAsync(rig, await rig.LaunchedAsync("a"));
        await rig.Manager.StopServerAsync("a", Cancelled);

        await asked.AnswerAsync();

        var error = (await asked.NextAsync())["error"]!;
        Assert.Equal(-32000, (int?)error["code"]);
        Assert.Contains("Server 'a' is Stopped", (string)error["message"]!, StringComparison.Ordinal);
    }

    private static Task<GatewayRig> StartAsync(ServerConfig server) =>
        GatewayRig.StartAsync(new StewardConfig { Servers = [server] }, static server => server.IsModern = true);

    /// <summary>Puts another version beside the one that runs, and has it take its place.</summary>
    private static async Task UpdateAsync(GatewayRig rig) =>
        Assert.Equal(ServerUpdateState.Done, (await rig.Manager.UpdateServerAsync(GatewayRig.Server("a") with { Url = "http://127.0.0.1:9/v2" }, Cancelled)).Update!.State);

    private static async Task RestAsync(GatewayRig rig)
    {
        rig.Time.Advance(Minute);
        rig.Time.Advance(Minute);
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true }, Cancelled);
    }

    /// <summary>A client of the legacy era that a server of the modern era has asked something during a call.</summary>
    private sealed class AskedClient(RigClient client, ScriptedServer server, SseReader stream, JsonNode question) : IDisposable
    {
        /// <summary>The run that has asked.</summary>
        public ScriptedServer Server => server;

        public static async Task<AskedClient> AskAsync(GatewayRig rig, ScriptedServer server)
        {
            var client = await rig.OpenAsync(capabilities: """{"elicitation":{}}""");
            var call = client.PostAsync("""{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"a__wait","arguments":{"x":1}}}""");
            await server.AnswerAsync(await server.NextAsync("tools/call"),
                """{"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"who?","requestedSchema":{"type":"object","properties":{}}}}},"requestState":"s1"}""");
            var stream = await SseReader.OpenAsync(await call);
            return new AskedClient(client, server, stream, await stream.MessageAsync());
        }

        public Task<JsonNode> NextAsync() => stream.MessageAsync();

        public async Task AnswerAsync() => await SayAsync("\"result\":{\"action\":\"decline\"}");

        public async Task RefuseAsync()
        {
            await SayAsync("\"error\":{\"code\":-1,\"message\":\"no\"}");
            Assert.NotNull((await NextAsync())["error"]);
        }

        public async Task GiveUpAsync()
        {
            using var response = await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"call"}}""");
        }

        public Task<JsonNode> EchoAsync() => client.CallToolAsync("a__echo");

        /// <summary>Has a run answer the call, which comes to it with the answers and the state.</summary>
        public async Task EndAsync(ScriptedServer next)
        {
            var again = await next.NextAsync("tools/call");
            Assert.Equal(("wait", "s1", "decline"), ((string?)again["params"]!["name"], (string?)again["params"]!["requestState"], (string?)again["params"]!["inputResponses"]!["who"]!["action"]));
            await next.AnswerAsync(again, """{"resultType":"complete","content":[],"n":1}""");
            Assert.Equal(1, (int?)(await NextAsync())["result"]!["n"]);
        }

        public void Dispose()
        {
            stream.Dispose();
            client.Dispose();
        }

        private async Task SayAsync(string member)
        {
            using var response = await client.PostAsync($$"""{"jsonrpc":"2.0","id":{{question["id"]!.ToJsonString()}},{{member}}}""");
        }
    }
}
