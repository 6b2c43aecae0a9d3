using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Everything that server-everything can do reaches the right one of two simultaneous clients, each with a process of its own.</summary>
public sealed class EverythingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static JsonObject Everything => Upstreams.Npm("everything").With("isolation", "session");

    [Fact(Timeout = 180_000)]
    public async Task Sampling_asks_the_client_that_called()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        var (anna, bert) = await BothAsync(pair, client => client.CallAsync(
            "trigger-sampling-request", new() { ["prompt"] = "Hello", ["maxTokens"] = 10 }, Cancellation));
        Assert.Contains("sampled by Anna", anna.TextOfTool());
        Assert.Contains("sampled by Bert", bert.TextOfTool());
    }

    [Fact(Timeout = 180_000)]
    public async Task Elicitation_asks_the_client_that_called()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        var (anna, bert) = await BothAsync(pair, client => client.CallAsync("trigger-elicitation-request", null, Cancellation));
        Assert.Contains("Anna", anna.ToString());
        Assert.Contains("Bert", bert.ToString());
    }

    [Fact(Timeout = 180_000)]
    public async Task Roots_are_those_of_the_client_that_called()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        var (anna, bert) = await BothAsync(pair, client => client.CallAsync("get-roots-list", null, Cancellation));
        Assert.Contains("file:///home/Anna", anna.TextOfTool());
        Assert.Contains("file:///home/Bert", bert.TextOfTool());
    }

    [Fact(Timeout = 180_000)]
    public async Task A_changed_list_of_roots_is_asked_for_again()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        await pair.Anna.ReceivesAsync(message => message.IsMethod("roots/list"), Cancellation);
        await pair.Anna.NotifyAsync("notifications/roots/list_changed");
        await pair.Anna.ReceivesAsync(
            message => message.IsMethod("roots/list") && pair.Anna.Received.Count(received => received.IsMethod("roots/list")) > 1, Cancellation);
        Assert.InRange((await ClientPair.AllReceivedAsync(pair.Bert, Cancellation)).Count(message => message.IsMethod("roots/list")), 0, 1); // the one of the beginning
    }

    [Theory(Timeout = 180_000)]
    [InlineData("session")]
    [InlineData("shared")]
    public async Task Progress_reaches_its_own_caller_even_when_both_use_the_same_token(string isolation)
    {
        await using var pair = await ClientPair.ConnectAsync(Everything.With("isolation", isolation), Cancellation);
        await BothAsync(pair, client => client.RequestAsync(
            "tools/call", Json.Call("trigger-long-running-operation", new() { ["duration"] = 0.3, ["steps"] = 3 }, "same-token"), Cancellation));
        foreach (var client in new[] { pair.Anna, pair.Bert })
        {
            var progress = client.Received.Where(message => message.IsMethod("notifications/progress")).Select(message => message.GetProperty("params"));
            Assert.Equal([("same-token", 1), ("same-token", 2), ("same-token", 3)],
                progress.Select(item => (item.GetProperty("progressToken").GetString()!, item.GetProperty("progress").GetInt32())));
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Logs_reach_the_client_that_asked_for_them()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        await BothAsync(pair, client => client.RequestAsync("logging/setLevel", new() { ["level"] = "debug" }, Cancellation));
        await pair.Anna.CallAsync("toggle-simulated-logging", null, Cancellation);
        await pair.Anna.ReceivesAsync(IsSimulatedLog, Cancellation);
        Assert.DoesNotContain(await ClientPair.AllReceivedAsync(pair.Bert, Cancellation), IsSimulatedLog);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("session")]
    [InlineData("shared")]
    public async Task Arguments_are_completed_with_the_context_given(string isolation)
    {
        await using var pair = await ClientPair.ConnectAsync(Everything.With("isolation", isolation), Cancellation);
        var (anna, bert) = await BothAsync(pair, client => client.RequestAsync("completion/complete", new()
        {
            ["ref"] = new JsonObject { ["type"] = "ref/prompt", ["name"] = "completable-prompt" },
            ["argument"] = new JsonObject { ["name"] = "name", ["value"] = "" },
            ["context"] = new JsonObject { ["arguments"] = new JsonObject { ["department"] = client == pair.Anna ? "Sales" : "Support" } },
        }, Cancellation));
        Assert.Equal(["David", "Eve", "Frank"], ValuesOf(anna));
        Assert.Equal(["John", "Kim", "Lee"], ValuesOf(bert));
    }

    [Fact(Timeout = 180_000)]
    public async Task An_update_reaches_the_subscriber_only()
    {
        const string Uri = "demo://resource/dynamic/text/1";
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        await pair.Anna.RequestAsync("resources/subscribe", new() { ["uri"] = Uri }, Cancellation);
        await BothAsync(pair, client => client.CallAsync("toggle-subscriber-updates", null, Cancellation));

        var update = await pair.Anna.ReceivesAsync(message => message.IsMethod("notifications/resources/updated"), Cancellation);

        Assert.Equal(Uri, update.GetProperty("params").GetProperty("uri").GetString());
        Assert.DoesNotContain(await ClientPair.AllReceivedAsync(pair.Bert, Cancellation), message => message.IsMethod("notifications/resources/updated"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_changed_list_is_told_to_the_client_whose_server_changed()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        await pair.Anna.CallAsync("gzip-file-as-resource", new() { ["name"] = "a.gz", ["data"] = "data:text/plain,hello" }, Cancellation);

        await pair.Anna.ReceivesAsync(message => message.IsMethod("notifications/resources/list_changed"), Cancellation);

        Assert.Contains("demo://resource/session/a.gz", (await pair.Anna.RequestAsync("resources/list", null, Cancellation)).Names("resources", "uri"));
        Assert.DoesNotContain("demo://resource/session/a.gz", (await pair.Bert.RequestAsync("resources/list", null, Cancellation)).Names("resources", "uri"));
        Assert.DoesNotContain(pair.Bert.Received, message => message.IsMethod("notifications/resources/list_changed"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_client_without_capabilities_gets_no_question_and_sees_no_tool_that_would_ask()
    {
        await using var pair = await ClientPair.ConnectAsync(Everything, Cancellation);
        await using var plain = await TypeScriptClient.ConnectAsync(pair.Steward.EndpointOf("server"), "plain", null, Cancellation);

        Assert.DoesNotContain("trigger-sampling-request", (await plain.RequestAsync("tools/list", null, Cancellation)).Names("tools"));
        Assert.Contains("trigger-sampling-request", (await pair.Anna.RequestAsync("tools/list", null, Cancellation)).Names("tools"));
        Assert.DoesNotContain(plain.Received, Json.IsRequest);
    }

    private static async Task<(JsonElement Anna, JsonElement Bert)> BothAsync(ClientPair pair, Func<TypeScriptClient, Task<JsonElement>> ask)
    {
        var (anna, bert) = (ask(pair.Anna), ask(pair.Bert));
        return (await anna, await bert);
    }

    private static bool IsSimulatedLog(JsonElement message) =>
        message.IsMethod("notifications/message") && message.GetProperty("params").GetProperty("data").ToString().Contains("level", StringComparison.Ordinal);

    private static IEnumerable<string> ValuesOf(JsonElement result) =>
        result.GetProperty("completion").GetProperty("values").EnumerateArray().Select(value => value.GetString()!);
}
