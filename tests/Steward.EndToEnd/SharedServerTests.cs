using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Two clients share one process of a server, and neither sees what belongs to the other.</summary>
public sealed class SharedServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static JsonObject Shared => Upstreams.TestServer().With("isolation", "shared");

    [Fact(Timeout = 180_000)]
    public async Task Both_clients_reach_the_same_process()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        Assert.Equal(await ProcessOfAsync(pair.Anna), await ProcessOfAsync(pair.Bert));
    }

    [Fact(Timeout = 180_000)]
    public async Task With_isolation_by_session_each_client_has_a_process_of_its_own()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared.With("isolation", "session"), Cancellation);
        Assert.NotEqual(await ProcessOfAsync(pair.Anna), await ProcessOfAsync(pair.Bert));
    }

    [Fact(Timeout = 180_000)]
    public async Task Questions_of_the_server_go_to_the_only_caller_in_flight()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        foreach (var (client, name) in new[] { (pair.Anna, "Anna"), (pair.Bert, "Bert"), (pair.Anna, "Anna") })
        {
            Assert.Contains($"sampled by {name}", (await client.CallAsync("ask_sampling", new() { ["prompt"] = "Hello" }, Cancellation)).TextOfTool());
            Assert.Contains($"\"{name}\"", (await client.CallAsync("ask_elicitation", new() { ["message"] = "Who?" }, Cancellation)).TextOfTool());
            Assert.Contains($"/home/{name}", (await client.CallAsync("ask_roots", null, Cancellation)).TextOfTool());
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task A_question_that_could_be_meant_for_either_client_is_put_to_neither()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        var sleeping = await pair.Bert.BeginAsync("tools/call", Json.Call("sleep", new() { ["ms"] = 600_000, ["label"] = "bert" }));
        await pair.Bert.HasBegunAsync("bert", Cancellation);

        var answer = await pair.Anna.BeginAsync("tools/call", Json.Call("ask_sampling", new() { ["prompt"] = "Hello" }));
        await RefusedAsync(pair.Anna, answer);

        Assert.DoesNotContain(pair.Anna.Received.Concat(pair.Bert.Received), Json.IsRequest);
        var status = await pair.Steward.StatusAsync("server", Cancellation);
        Assert.Contains("isolation", status.GetProperty("isolationReason").GetString()!, StringComparison.Ordinal);
        await pair.Bert.CancelAsync(sleeping);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_cancelled_call_is_cancelled_at_the_server_and_no_other_is()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        var anna = await pair.Anna.BeginAsync("tools/call", Json.Call("sleep", new() { ["ms"] = 600_000, ["label"] = "anna" }));
        var bert = await pair.Bert.BeginAsync("tools/call", Json.Call("sleep", new() { ["ms"] = 3_000, ["label"] = "bert" }));
        await pair.Anna.HasBegunAsync("anna", Cancellation);
        await pair.Anna.HasBegunAsync("bert", Cancellation);

        await pair.Anna.CancelAsync(anna);

        var labels = await Poll.UntilAsync(async () => (await pair.Bert.CallAsync("cancelled", null, Cancellation)).TextOfTool(), text => text != "[]", Cancellation);
        Assert.Equal("[\"anna\"]", labels);
        Assert.Equal("slept", (await pair.Bert.ResultAsync(bert, Cancellation)).TextOfTool());
    }

    [Fact(Timeout = 180_000)]
    public async Task A_log_written_during_a_call_reaches_the_caller_only()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        await pair.Anna.RequestAsync("logging/setLevel", new() { ["level"] = "debug" }, Cancellation);
        await pair.Bert.RequestAsync("logging/setLevel", new() { ["level"] = "debug" }, Cancellation);
        await pair.Anna.CallAsync("log", new() { ["level"] = "info", ["text"] = "for Anna" }, Cancellation);
        await pair.Bert.CallAsync("log", new() { ["level"] = "info", ["text"] = "for Bert" }, Cancellation);

        Assert.Equal(["for Anna"], LogsOf(await ClientPair.AllReceivedAsync(pair.Anna, Cancellation)));
        Assert.Equal(["for Bert"], LogsOf(await ClientPair.AllReceivedAsync(pair.Bert, Cancellation)));
    }

    [Fact(Timeout = 180_000)]
    public async Task Each_client_has_its_own_log_level()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        await pair.Anna.RequestAsync("logging/setLevel", new() { ["level"] = "error" }, Cancellation);
        await pair.Bert.RequestAsync("logging/setLevel", new() { ["level"] = "debug" }, Cancellation);
        foreach (var client in new[] { pair.Anna, pair.Bert })
        {
            await client.CallAsync("log", new() { ["level"] = "info", ["text"] = "information" }, Cancellation);
            await client.CallAsync("log", new() { ["level"] = "error", ["text"] = "error" }, Cancellation);
        }

        Assert.Equal(["error"], LogsOf(await ClientPair.AllReceivedAsync(pair.Anna, Cancellation)));
        Assert.Equal(["information", "error"], LogsOf(await ClientPair.AllReceivedAsync(pair.Bert, Cancellation)));
    }

    [Fact(Timeout = 180_000)]
    public async Task An_update_reaches_whoever_subscribed_whoever_caused_it()
    {
        const string Watched = "test://watched-resource";
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        await pair.Anna.RequestAsync("resources/subscribe", new() { ["uri"] = Watched }, Cancellation);
        await pair.Bert.CallAsync("update_resource", null, Cancellation);
        var update = await pair.Anna.ReceivesAsync(IsUpdate, Cancellation);
        Assert.Equal(Watched, update.GetProperty("params").GetProperty("uri").GetString());

        // One of two subscribers leaves: the other keeps its subscription.
        await pair.Bert.RequestAsync("resources/subscribe", new() { ["uri"] = Watched }, Cancellation);
        await pair.Anna.RequestAsync("resources/unsubscribe", new() { ["uri"] = Watched }, Cancellation);
        await pair.Anna.CallAsync("update_resource", null, Cancellation);
        await pair.Bert.ReceivesAsync(IsUpdate, Cancellation);
        Assert.Single(await ClientPair.AllReceivedAsync(pair.Anna, Cancellation), IsUpdate);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_changed_list_is_told_to_all_clients_and_can_be_used_at_once()
    {
        await using var pair = await ClientPair.ConnectAsync(Shared, Cancellation);
        await pair.Anna.CallAsync("add_tool", new() { ["name"] = "brand_new" }, Cancellation);
        foreach (var client in new[] { pair.Anna, pair.Bert })
        {
            await client.ReceivesAsync(message => message.IsMethod("notifications/tools/list_changed"), Cancellation);
            Assert.Contains("brand_new", (await client.RequestAsync("tools/list", null, Cancellation)).Names("tools"));
            Assert.Equal("brand_new was called", (await client.CallAsync("brand_new", null, Cancellation)).TextOfTool());
        }
    }

    private static async Task<int> ProcessOfAsync(TypeScriptClient client) =>
        JsonElement.Parse((await client.CallAsync("whoami", null, Cancellation)).TextOfTool()).GetProperty("pid").GetInt32();

    /// <summary>The call ended with an error, whether of the protocol or, as the server chose to say it, of the tool.</summary>
    private static async Task RefusedAsync(TypeScriptClient client, string tag)
    {
        try
        {
            var result = await client.ResultAsync(tag, Cancellation);
            Assert.True(result.GetProperty("isError").GetBoolean(), result.ToString());
        }
        catch (InvalidOperationException)
        {
            // An error of the protocol is as good.
        }
    }

    private static bool IsUpdate(JsonElement message) => message.IsMethod("notifications/resources/updated");

    private static IEnumerable<string> LogsOf(IEnumerable<JsonElement> received) => received
        .Where(message => message.IsMethod("notifications/message"))
        .Select(message => message.GetProperty("params").GetProperty("data").GetString()!);
}
