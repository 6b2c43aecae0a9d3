using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The configuration file of a running daemon is edited, with real servers behind it.</summary>
public sealed class ReloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task An_edited_file_changes_what_it_says_and_nothing_else()
    {
        var servers = new JsonObject
        {
            ["kept"] = Upstreams.TestServer("--mode", "fixture"),
            ["filtered"] = Upstreams.Npm("memory"),
            ["changed"] = Upstreams.TestServer("--mode", "echo"),
            ["removed"] = Upstreams.TestServer("--mode", "echo"),
        };
        await using var steward = await StewardProcess.StartReadyAsync(servers, Cancellation);
        var before = await PidsAsync(steward, "kept", "filtered", "changed", "removed");
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("kept"), "reload", Cancellation, new() { ["elicitation"] = new JsonObject() });
        using var all = await McpHttpClient.ConnectAsync(steward.Endpoint, "reload", Cancellation);
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource<JsonNode>());
        client.Answers["elicitation/create"] = () =>
        {
            asked.SetResult();
            return answer.Task;
        };
        var inFlight = client.CallAsync("ask_elicitation", new() { ["message"] = "Is it over?" }, Cancellation);
        await asked.Task.WaitAsync(Cancellation);

        servers["filtered"]!["tools"] = new JsonObject { ["allow"] = new JsonArray("read_graph") };
        servers["changed"]!["env"] = new JsonObject { ["CHANGED"] = "1" };
        servers.Remove("removed");
        servers["added"] = Upstreams.TestServer("--mode", "echo");
        await steward.SaveAsync(servers, Cancellation);
        await Poll.UntilAsync(() => steward.GetAsync("/servers", Cancellation), all => all.EnumerateArray().Any(server => server.GetProperty("id").ValueEquals("added") && server.GetProperty("state").ValueEquals("Running")), Cancellation);
        await steward.ReachesAsync("changed", status => status.GetProperty("state").ValueEquals("Running") && status.GetProperty("pid").GetInt32() != before["changed"], Cancellation);
        await steward.ReachesAsync("filtered", status => status.GetProperty("toolCount").GetInt32() == 1, Cancellation);

        var after = await PidsAsync(steward, "kept", "filtered");
        Assert.Equal((before["kept"], before["filtered"]), (after["kept"], after["filtered"]));
        Assert.False(inFlight.IsCompleted, "the call was to be in flight over the change");
        answer.SetResult(new JsonObject { ["action"] = "decline" });
        Assert.Contains("action=decline", (await inFlight).Text, StringComparison.Ordinal);
        Assert.False(await Poll.ForAsync(() => ProcessCensus.IsAlive(before["removed"]), static alive => !alive));
        var tools = await Poll.UntilAsync(
            async () => (await all.RequestAsync("tools/list", null, Cancellation)).Result.Names("tools"),
            tools => tools.Contains("added__echo") && !tools.Any(tool => tool.StartsWith("removed__", StringComparison.Ordinal)),
            Cancellation);
        Assert.Equal(["filtered__read_graph"], tools.Where(tool => tool.StartsWith("filtered__", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 300_000)]
    public async Task A_broken_file_changes_nothing_and_SIGHUP_reads_it_again()
    {
        var servers = new JsonObject { ["kept"] = Upstreams.TestServer("--mode", "echo") };
        await using var steward = await StewardProcess.StartReadyAsync(servers, Cancellation);
        var before = await PidsAsync(steward, "kept");

        await File.WriteAllTextAsync(steward.ConfigFile, "{ \"mcpServers\": {\n  \"kept\": ", Cancellation);
        var state = await Poll.UntilAsync(() => steward.GetAsync("/config", Cancellation), state => state.GetProperty("problems").GetArrayLength() == 1, Cancellation);
        Assert.Equal(2, state.GetProperty("problems")[0].GetProperty("line").GetInt32());
        Signals.Send(steward.DaemonId, 1);

        await steward.SaveAsync(servers, Cancellation);
        await Poll.UntilAsync(() => steward.GetAsync("/config", Cancellation), state => state.GetProperty("problems").GetArrayLength() == 0, Cancellation);
        Assert.Equal(before, await PidsAsync(steward, "kept"));
    }

    private static async Task<Dictionary<string, int>> PidsAsync(StewardProcess steward, params string[] ids)
    {
        var pids = new Dictionary<string, int>();
        foreach (var id in ids)
            pids[id] = (await steward.StatusAsync(id, Cancellation)).GetProperty("pid").GetInt32();
        return pids;
    }
}
