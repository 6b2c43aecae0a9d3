using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Servers that rest until somebody calls them, with real processes and real clients.</summary>
public sealed class RestTests
{
    private const int Calls = 60;

    private static readonly string[] Both = ["lazy", "remote"];
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task A_lazy_server_is_listed_without_a_process_also_by_the_next_daemon_and_starts_with_the_first_call()
    {
        await using var home = new StewardHome();
        await File.WriteAllTextAsync(home.PathOf("mcp.json"), new JsonObject { ["mcpServers"] = new JsonObject { ["lazy"] = Lazy(idleStopMs: 500) } }.ToJsonString(), Cancellation);
        var first = await home.UpAsync(home.PathOf("mcp.json"));
        await RestsAsync(home); // it was started once, to be listed
        Assert.Contains("Stopped (starts on first call)", await home.DoAsync("status", "lazy"), StringComparison.Ordinal);
        Assert.Contains("lazy__say", await home.DoAsync("tools"), StringComparison.Ordinal);
        await home.DownAsync(first);

        var second = await home.UpAsync(home.PathOf("mcp.json"));
        await RestsAsync(home);
        var listed = await home.ReadAsync("/servers/lazy");
        Assert.True(listed.GetProperty("toolCount").GetInt32() > 0);
        Assert.Contains("lazy__say", await home.DoAsync("tools"), StringComparison.Ordinal);
        Assert.False(listed.TryGetProperty("lastExit", out var exit) && exit.ValueKind == JsonValueKind.Object, "it was started");

        var answer = (await home.DoAsync("call", "lazy", "say", """{"text":"hello"}""")).Split('|');
        Assert.Equal(["lazy", answer[1], "hello"], answer);
        await RestsAsync(home);
        Assert.False(ProcessCensus.IsAlive(int.Parse(answer[1], CultureInfo.InvariantCulture)));
        Assert.StartsWith("lazy|", await home.DoAsync("call", "lazy", "say", """{"text":"again"}"""), StringComparison.Ordinal);

        await home.DoAsync("stop", "lazy");
        var refused = await home.RunAsync("call", "lazy", "say", """{"text":"no"}""");
        Assert.Contains("'steward start lazy' starts it", refused.Errors, StringComparison.Ordinal);
        await home.DoAsync("start", "lazy");
        Assert.StartsWith("lazy|", await home.DoAsync("call", "lazy", "say", """{"text":"yes"}"""), StringComparison.Ordinal);
        await home.DownAsync(second);
    }

    [Fact(Timeout = 600_000)]
    public async Task No_call_is_lost_while_servers_of_both_kinds_go_to_rest_all_the_time()
    {
        await using var far = await StewardProcess.StartReadyAsync(new() { ["fixture"] = Upstreams.TestServer("--mode", "fixture").With("env", new JsonObject { ["STEWARD_TEST_LABEL"] = "far" }) }, Cancellation);
        await using var steward = await StewardProcess.StartAsync(
            new() { ["lazy"] = Lazy(idleStopMs: 20), ["remote"] = new JsonObject { ["type"] = "http", ["url"] = far.EndpointOf("fixture").ToString(), ["start"] = "lazy", ["idleStopMs"] = 20 } }, Cancellation);
        var callers = Both.SelectMany(id => new[] { CallAsync(steward, id, isMerged: true), CallAsync(steward, id, isMerged: false) }).ToArray();

        await Task.WhenAll(callers);

        foreach (var id in Both)
        {
            var status = await steward.ReachesAsync(id, Rests, Cancellation);
            Assert.Equal((0, 0, "Unknown"), (status.GetProperty("restarts").GetInt32(), status.GetProperty("consecutiveFailures").GetInt32(), status.GetProperty("health").GetString()));
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task What_cannot_be_started_by_a_call_says_why_and_is_not_tried_again_without_one()
    {
        await using var home = new StewardHome();
        var counter = home.PathOf("starts");
        var works = home.PathOf("works");
        await File.WriteAllTextAsync(works, "", Cancellation);
        var script = $"echo x >> '{counter}'; if [ -e '{works}' ]; then exec '{Repository.TestServerProgram}' --mode fixture; fi; echo the licence has expired >&2; exit 3";
        await File.WriteAllTextAsync(home.PathOf("mcp.json"), new JsonObject
        {
            ["mcpServers"] = new JsonObject { ["lazy"] = new JsonObject { ["command"] = "sh", ["args"] = new JsonArray("-c", script), ["start"] = "lazy", ["queueMs"] = 0 } },
        }.ToJsonString(), Cancellation);
        var daemon = await home.UpAsync(home.PathOf("mcp.json"));
        await RestsAsync(home);
        File.Delete(works);

        var refused = await home.RunAsync("call", "lazy", "say", """{"text":"x"}""");
        Assert.Contains("exit code 3", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("the licence has expired", refused.Errors, StringComparison.Ordinal);
        await RestsAsync(home);
        Assert.Equal(2, (await File.ReadAllLinesAsync(counter, Cancellation)).Length);

        await File.WriteAllTextAsync(works, "", Cancellation);
        await home.DoAsync("call", "lazy", "say", """{"text":"x"}""");
        Assert.Equal(3, (await File.ReadAllLinesAsync(counter, Cancellation)).Length);
        await home.DownAsync(daemon);
    }

    /// <summary>Calls with pauses in which the server just goes to rest, or just does not; fewer times where starts take long.</summary>
    private static async Task CallAsync(StewardProcess steward, string id, bool isMerged)
    {
        using var client = await McpHttpClient.ConnectAsync(isMerged ? steward.Endpoint : steward.EndpointOf(id), $"{id}-{isMerged}", Cancellation);
        var began = TimeProvider.System.GetTimestamp();
        for (var call = 0; call < Calls && TimeProvider.System.GetElapsedTime(began) < Enough; call++)
        {
            var reply = await client.CallAsync(isMerged ? $"{id}__say" : "say", new() { ["text"] = $"{id}.{isMerged}.{call}" }, Cancellation);
            Assert.True(!reply.IsError, $"call {call} of {id}: {reply.Message}");
            Assert.EndsWith($"|{id}.{isMerged}.{call}", reply.Text, StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromMilliseconds(10 + (call * 7 % Calls)), TimeProvider.System, Cancellation);
        }
    }

    private static Task<JsonElement> RestsAsync(StewardHome home) => Poll.UntilAsync(() => home.ReadAsync("/servers/lazy"), Rests, Cancellation);

    private static bool Rests(JsonElement status) => status.GetProperty("state").ValueEquals("Stopped") && status.TryGetProperty("startsOnCall", out var rests) && rests.GetBoolean();

    private static JsonObject Lazy(int idleStopMs) => Upstreams.TestServer("--mode", "fixture")
        .With("env", new JsonObject { ["STEWARD_TEST_LABEL"] = "lazy" }).With("startupTimeoutMs", 120_000).With("start", "lazy").With("idleStopMs", idleStopMs);
}
