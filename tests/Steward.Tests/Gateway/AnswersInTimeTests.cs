using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Tests.Clients;
using Steward.Tests.Gateway.Parking;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>The time of a call stands still while its client is asked, for as long as the limits say, and begins anew with the answer.</summary>
public sealed class AnswersInTimeTests
{
    private const string Asking = """{"sampling":{},"elicitation":{}}""";

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ParkedLife = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Theory(Timeout = 30_000)]
    [InlineData("a")]
    [InlineData("task-a")]
    public async Task A_client_with_a_session_may_think_for_longer_than_a_request_may_take(string id)
    {
        await using var rig = await StartAsync(id);
        var server = await rig.LaunchedAsync(id);
        using var client = await rig.OpenAsync($"/servers/{id}/mcp", capabilities: Asking);
        var (stream, asked) = await AskAsync(rig, server, client);
        using (stream)
        {
            rig.Time.Advance(ParkedLife - Moment);
            await AnswerAsync(client, asked);
            Assert.NotNull((await server.NextAsync("answer"))["result"]);
            rig.Time.Advance(RequestTimeout - Moment);
            Assert.False(server.HasHeard("notifications/cancelled"));

            rig.Time.Advance(Moment + Moment);
            var error = (await stream.MessageAsync())["error"]!;
            Assert.Contains("within 5 s (requestTimeoutMs)", (string)error["message"]!, StringComparison.Ordinal);
            await server.NextAsync("notifications/cancelled");
        }
    }

    [Theory(Timeout = 30_000)]
    [InlineData("a")]
    [InlineData("task-a")]
    public async Task A_client_with_a_session_that_does_not_answer_in_time_ends_its_call(string id)
    {
        await using var rig = await StartAsync(id);
        var server = await rig.LaunchedAsync(id);
        using var client = await rig.OpenAsync($"/servers/{id}/mcp", capabilities: Asking);
        var (stream, _) = await AskAsync(rig, server, client);
        using (stream)
        {
            rig.Time.Advance(ParkedLife - Moment);
            Assert.False(server.HasHeard("notifications/cancelled"));

            rig.Time.Advance(Moment + Moment);
            var error = (await stream.MessageAsync())["error"]!;
            Assert.Contains("gateway.limits.parkedMs", (string)error["message"]!, StringComparison.Ordinal);
            await server.NextAsync("notifications/cancelled");
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_without_a_session_may_think_for_longer_than_a_request_may_take()
    {
        await using var rig = await StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        rig.Time.Advance(ParkedLife - Moment);
        var goesOn = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        Assert.NotNull((await server.NextAsync("answer"))["result"]);
        rig.Time.Advance(RequestTimeout - Moment);
        Assert.False(server.HasHeard("notifications/cancelled"));

        rig.Time.Advance(Moment + Moment);
        Assert.Contains("within 5 s (requestTimeoutMs)", (await goesOn.ErrorAsync()).Message, StringComparison.Ordinal);
        await server.NextAsync("notifications/cancelled");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_with_a_session_has_that_time_also_where_its_server_asks_by_results()
    {
        await using var rig = await StartAsync("a", static server =>
        {
            server.IsModern = true;
            server.Answer = static message => (string?)message["method"] == "tools/call" && message["params"]!["inputResponses"] is null
                ? """{"resultType":"input_required","inputRequests":{"k":{"method":"elicitation/create","params":{"mode":"form","message":"?","requestedSchema":{"type":"object"}}}},"requestState":"s"}""".AsResult()
                : null;
        });
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync("/servers/a/mcp", capabilities: Asking);
        var call = client.PostAsync(client.Message("tools/call", """{"name":"wait"}"""));
        using var stream = await SseReader.OpenAsync(await call);
        var asked = await stream.MessageAsync();

        rig.Time.Advance(ParkedLife - Moment);
        await AnswerAsync(client, asked, """{"action":"decline"}""");
        var retry = await server.NextAsync("tools/call");
        while (retry["params"]!["inputResponses"] is null)
            retry = await server.NextAsync("tools/call");
        await server.AnswerAsync(retry, """{"resultType":"complete","content":[]}""");

        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    private static Task<GatewayRig> StartAsync(string id, Action<ScriptedServer>? script = null) => GatewayRig.StartAsync(
        new StewardConfig
        {
            Servers = [GatewayRig.Server(id) with { RequestTimeout = RequestTimeout }],
            Gateway = new GatewayConfig { Limits = new GatewayLimits { ParkedLife = ParkedLife } },
        },
        server =>
        {
            server.Definitions["slow"] = """{"name":"slow","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}""";
            server.Keeps = "tools/call";
            script?.Invoke(server);
        });

    /// <summary>Has a client call a tool, and the server ask before it answers; where the server has tasks, before it makes one.</summary>
    private static async Task<(SseReader Stream, JsonNode Asked)> AskAsync(GatewayRig rig, ScriptedServer server, RigClient client)
    {
        var call = client.PostAsync(client.Message("tools/call", server.HasTasks ? """{"name":"slow"}""" : """{"name":"wait"}"""));
        var request = await server.NextAsync("tools/call");
        Assert.Equal(server.HasTasks, request["params"]!["task"] is not null);
        await server.SayAsync(Questions.Sampling("1"));
        var stream = await SseReader.OpenAsync(await call);
        return (stream, await stream.MessageAsync());
    }

    private static async Task AnswerAsync(RigClient client, JsonNode asked, string result = Questions.Sampled)
    {
        using var accepted = await client.PostAsync($$"""{"jsonrpc":"2.0","id":{{asked["id"]!.ToJsonString()}},"result":{{result}}}""");
        Assert.True(accepted.IsSuccessStatusCode);
    }
}
