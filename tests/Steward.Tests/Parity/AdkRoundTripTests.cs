using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol;
using Steward.Clients;
using Steward.Tests.Clients;
using Xunit;

#pragma warning disable MCP9005 // Logging is of the revisions up to 2025-11-25.

namespace Steward.Tests.Parity;

/// <summary>adk-rust's properties of messages: whatever is in them, they arrive as they were sent.</summary>
public sealed class AdkRoundTripTests
{
    private const int Times = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Requests_and_results_arrive_as_they_were_sent()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        foreach (var value in Values(20260728))
        {
            var parameters = JsonElement.Parse(new JsonObject { ["name"] = "echo", ["arguments"] = new JsonObject { ["value"] = value?.DeepClone() } }.ToJsonString());
            var result = await rig.Manager.SendRequestAsync("a", "tools/call", parameters, cancellationToken: Cancelled);
            Same(value, result.GetProperty("echo").GetProperty("value"));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Results_of_tools_arrive_as_they_were_given()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        foreach (var value in Values(1))
        {
            var call = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
            var content = new JsonObject { ["content"] = new JsonArray(), ["structuredContent"] = new JsonObject { ["value"] = value?.DeepClone() }, ["isError"] = false };
            await server.AnswerAsync(await server.NextAsync("tools/call"), content.ToJsonString());
            Same(value, (await call).StructuredContent!.Value.GetProperty("value"));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Errors_arrive_as_they_were_given()
    {
        JsonNode? current = null;
        await using var rig = await LibraryRig.StartAsync(
            server => server.Answer = message => (string?)message["method"] == "custom/fail"
                ? $"\"error\":{new JsonObject { ["code"] = -32050, ["message"] = "no", ["data"] = new JsonObject { ["value"] = current?.DeepClone() } }.ToJsonString()}"
                : null,
            new McpServerManagerOptions(),
            "a");
        foreach (var value in Values(2))
        {
            current = value;
            var failure = await Assert.ThrowsAsync<McpProtocolException>(() => rig.Manager.SendRequestAsync("a", "custom/fail", cancellationToken: Cancelled));
            Assert.Equal((-32050, "no"), ((int)failure.ErrorCode, failure.Message));
            Same(value, Assert.IsType<JsonElement>(failure.Data["value"]));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Notifications_arrive_as_they_were_said_and_in_their_order()
    {
        var heard = Channel.CreateUnbounded<JsonElement>();
        var handlers = new ServerHandlers { Logging = (context, token) => heard.Writer.WriteAsync(context.Params.Data, token) };
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { Handlers = handlers }, "a");
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        foreach (var value in Values(3).Where(value => value is not null))
        {
            await server.SayAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/message", ["params"] = new JsonObject { ["level"] = "info", ["data"] = value!.DeepClone() } }.ToJsonString());
            Same(value, await heard.Reader.ReadAsync(Cancelled));
        }
    }

    private static void Same(JsonNode? sent, JsonElement arrived) =>
        Assert.True(JsonNode.DeepEquals(sent, JsonNode.Parse(arrived.GetRawText())), $"sent {sent?.ToJsonString() ?? "null"}, arrived {arrived.GetRawText()}");

    private static IEnumerable<JsonNode?> Values(int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, Times).Select(_ => Value(random, depth: 4));
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth == 0 ? 6 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(),
        3 => Math.Round(random.NextDouble() * 1e6, 3),
        4 => decimal.Parse("0.10", CultureInfo.InvariantCulture),
        5 => Text(random),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"{i}{Text(random)}", Value(random, depth - 1)))),
    };

    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => ((string[])["a", "\"", "\\", "/", "\n", "\u0001", "ä", "語", "🙂", " ", "}", "\u2028"])[random.Next(12)]));
}
