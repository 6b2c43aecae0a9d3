using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Two clients at the endpoint of all servers, two of which are alike to the last name.</summary>
public sealed class MergedEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static JsonObject TwoAlike => new()
    {
        ["red"] = Upstreams.TestServer().With("isolation", "shared"),
        ["blue"] = Upstreams.TestServer().With("isolation", "shared"),
    };

    [Fact(Timeout = 180_000)]
    public async Task Every_server_is_reached_by_its_prefix()
    {
        await using var pair = await ClientPair.ConnectToAllAsync(TwoAlike, Cancellation);
        foreach (var server in new[] { "red", "blue" })
        {
            var status = await pair.Steward.StatusAsync(server, Cancellation);
            Assert.Equal(status.GetProperty("pid").GetInt32(), await ProcessOfAsync(pair.Anna, server));
            Assert.Equal(status.GetProperty("pid").GetInt32(), await ProcessOfAsync(pair.Bert, server));
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Questions_progress_and_logs_go_to_the_caller()
    {
        await using var pair = await ClientPair.ConnectToAllAsync(TwoAlike, Cancellation);
        foreach (var (client, name) in new[] { (pair.Anna, "Anna"), (pair.Bert, "Bert") })
        {
            await client.RequestAsync("logging/setLevel", new() { ["level"] = "debug" }, Cancellation);
            Assert.Contains($"sampled by {name}", (await client.CallAsync("blue__ask_sampling", new() { ["prompt"] = "Hello" }, Cancellation)).TextOfTool());
            await client.CallAsync("red__log", new() { ["level"] = "info", ["text"] = name }, Cancellation);
            await client.RequestAsync("tools/call", Json.Call("blue__progress_burst", new() { ["count"] = 5 }, "token"), Cancellation);
        }

        foreach (var (client, name) in new[] { (pair.Anna, "Anna"), (pair.Bert, "Bert") })
        {
            var received = await ClientPair.AllReceivedAsync(client, Cancellation);
            Assert.Single(received, Json.IsRequest);
            Assert.Equal(5, received.Count(message => message.IsMethod("notifications/progress")));
            Assert.Equal(name, Assert.Single(received, message => message.IsMethod("notifications/message")).GetProperty("params").GetProperty("data").GetString());
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Cancellation_reaches_the_server_that_was_called()
    {
        await using var pair = await ClientPair.ConnectToAllAsync(TwoAlike, Cancellation);
        var sleeping = await pair.Anna.BeginAsync("tools/call", Json.Call("red__sleep", new() { ["ms"] = 600_000, ["label"] = "anna" }));
        await pair.Anna.HasBegunAsync("anna", Cancellation, "red__");

        await pair.Anna.CancelAsync(sleeping);

        await Poll.UntilAsync(async () => (await pair.Bert.CallAsync("red__cancelled", null, Cancellation)).TextOfTool(), text => text == "[\"anna\"]", Cancellation);
        Assert.Equal("[]", (await pair.Bert.CallAsync("blue__cancelled", null, Cancellation)).TextOfTool());
    }

    [Fact(Timeout = 180_000)]
    public async Task A_changed_list_is_told_to_both_and_shows_the_tool_under_its_prefix()
    {
        await using var pair = await ClientPair.ConnectToAllAsync(TwoAlike, Cancellation);
        await pair.Anna.CallAsync("blue__add_tool", new() { ["name"] = "brand_new" }, Cancellation);
        foreach (var client in new[] { pair.Anna, pair.Bert })
        {
            await client.ReceivesAsync(message => message.IsMethod("notifications/tools/list_changed"), Cancellation);
            var names = (await client.RequestAsync("tools/list", null, Cancellation)).Names("tools");
            Assert.Contains("blue__brand_new", names);
            Assert.DoesNotContain("red__brand_new", names);
            Assert.Equal("brand_new was called", (await client.CallAsync("blue__brand_new", null, Cancellation)).TextOfTool());
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Prompts_and_their_completion_are_reached_by_prefix()
    {
        await using var pair = await ClientPair.ConnectToAllAsync(TwoAlike, Cancellation);
        var prompt = await pair.Anna.RequestAsync("prompts/get", new()
        {
            ["name"] = "red__test_prompt_with_arguments",
            ["arguments"] = new JsonObject { ["arg1"] = "a", ["arg2"] = "b" },
        }, Cancellation);
        Assert.Contains("arg1='a', arg2='b'", prompt.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());

        var completion = await pair.Bert.RequestAsync("completion/complete", new()
        {
            ["ref"] = new JsonObject { ["type"] = "ref/prompt", ["name"] = "blue__test_prompt_with_arguments" },
            ["argument"] = new JsonObject { ["name"] = "arg1", ["value"] = "par" },
        }, Cancellation);
        Assert.Equal(["paris", "park", "party"], completion.GetProperty("completion").GetProperty("values").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact(Timeout = 180_000)]
    public async Task An_update_of_a_resource_reaches_its_subscriber_only()
    {
        // One of the two servers alone has the resource here: two that claim the same URI are another matter.
        await using var pair = await ClientPair.ConnectToAllAsync(
            new() { ["red"] = Upstreams.TestServer().With("isolation", "shared"), ["echo"] = Upstreams.TestServer("--mode", "echo") }, Cancellation);
        await pair.Anna.RequestAsync("resources/subscribe", new() { ["uri"] = "test://watched-resource" }, Cancellation);
        await pair.Bert.CallAsync("red__update_resource", null, Cancellation);

        var update = await pair.Anna.ReceivesAsync(message => message.IsMethod("notifications/resources/updated"), Cancellation);

        Assert.Equal("test://watched-resource", update.GetProperty("params").GetProperty("uri").GetString());
        Assert.DoesNotContain(await ClientPair.AllReceivedAsync(pair.Bert, Cancellation), message => message.IsMethod("notifications/resources/updated"));
    }

    private static async Task<int> ProcessOfAsync(TypeScriptClient client, string server) =>
        JsonElement.Parse((await client.CallAsync($"{server}__whoami", null, Cancellation)).TextOfTool()).GetProperty("pid").GetInt32();
}
