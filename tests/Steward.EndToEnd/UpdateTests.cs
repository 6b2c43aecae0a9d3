using System.Net;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Running servers get new versions, with real processes and real clients.</summary>
public sealed class UpdateTests
{
    private const string Filed = "s0"; // declared in the file
    private const string Added = "s9"; // registered through the API

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 900_000)]
    public async Task Replacing_one_of_ten_servers_under_load_drops_no_call()
    {
        string[] ids = [.. Enumerable.Range(0, 10).Select(number => $"s{number}")];
        var servers = new JsonObject([.. ids.SkipLast(1).Select(id => KeyValuePair.Create(id, (JsonNode?)Version(id, 0)))]);
        await using var steward = await StewardProcess.StartReadyAsync(servers, Cancellation);
        Assert.Equal(HttpStatusCode.Created, await steward.SendAsync(HttpMethod.Post, "/servers", new JsonObject { ["id"] = Added, ["definition"] = Version(Added, 0) }, Cancellation));
        await steward.ReachesAsync(Added, "Running", Cancellation);
        var untouched = await PidsAsync(steward, ids.Except([Filed, Added]));
        using var enough = new CancellationTokenSource();
        var callers = ids.SelectMany(id => new[] { CallAsync(steward, id, isMerged: true, enough.Token), CallAsync(steward, id, isMerged: false, enough.Token) })
            .Append(SleepAsync(steward, Filed, enough.Token)).Append(SleepAsync(steward, Added, enough.Token)).ToArray();

        for (var version = 1; version <= 6; version++)
        {
            servers[Filed] = Version(Filed, version);
            await steward.SaveAsync(servers, Cancellation);
            Assert.Equal(HttpStatusCode.OK, await steward.SendAsync(HttpMethod.Put, $"/servers/{Added}/definition", Version(Added, version), Cancellation));
            await AnswersAsync(steward, Added, version);
            await AnswersAsync(steward, Filed, version);
            Assert.DoesNotContain(callers, caller => caller.IsCompleted);
        }

        await enough.CancelAsync();
        var calls = await Task.WhenAll(callers);
        Assert.All(calls.SkipLast(2), made => Assert.True(made > 50, $"only {made} calls: the test has not tried much"));
        Assert.Equal(untouched, await PidsAsync(steward, untouched.Keys));
        foreach (var id in new[] { Filed, Added })
        {
            var status = await steward.StatusAsync(id, Cancellation);
            Assert.Equal(("Running", 0, "Done"), (status.GetProperty("state").GetString(), status.GetProperty("restarts").GetInt32(), status.GetProperty("update").GetProperty("state").GetString()));
        }
    }

    [Fact(Timeout = 600_000)]
    public async Task A_version_that_does_not_start_leaves_the_old_one_alone_and_says_what_it_said()
    {
        await using var steward = await StewardProcess.StartReadyAsync(new JsonObject { ["kept"] = Version("kept", 0) }, Cancellation);
        var before = await steward.StatusAsync("kept", Cancellation);

        await steward.SaveAsync(new JsonObject
        {
            ["kept"] = new JsonObject { ["command"] = "sh", ["args"] = new JsonArray("-c", "echo the port is taken >&2; exit 3") },
        }, Cancellation);
        var after = await steward.ReachesAsync("kept", status => status.TryGetProperty("update", out var update) && update.GetProperty("state").ValueEquals("Failed"), Cancellation);

        var error = after.GetProperty("update").GetProperty("error").GetString()!;
        Assert.Contains("exit code 3", error, StringComparison.Ordinal);
        Assert.Contains("the port is taken", error, StringComparison.Ordinal);
        Assert.Contains("\"update\": \"inPlace\"", error, StringComparison.Ordinal);
        Assert.Equal(before.GetProperty("pid").GetInt32(), after.GetProperty("pid").GetInt32());
        await AnswersAsync(steward, "kept", 0);
        var state = await Poll.UntilAsync(() => steward.GetAsync("/config", Cancellation), state => state.GetProperty("failures").GetArrayLength() == 1, Cancellation);
        Assert.Contains("it runs on by the old one", state.GetProperty("failures")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 600_000)]
    public async Task A_daemon_that_is_killed_in_the_midst_of_an_update_leaves_neither_version_behind()
    {
        await using var steward = await StewardProcess.StartReadyAsync(new JsonObject { ["kept"] = Version("kept", 0) }, Cancellation);
        var old = (await steward.StatusAsync("kept", Cancellation)).GetProperty("pid").GetInt32();
        await steward.SaveAsync(new JsonObject { ["kept"] = Upstreams.TestServer("--mode", "hang-in-initialize") }, Cancellation);
        var during = await steward.ReachesAsync("kept", static status => status.TryGetProperty("update", out var update) && update.TryGetProperty("pid", out _), Cancellation);
        var next = during.GetProperty("update").GetProperty("pid").GetInt32();
        Assert.True(ProcessCensus.IsAlive(old) && ProcessCensus.IsAlive(next) && old != next);

        steward.KillDaemon();

        await Poll.UntilAsync(() => Task.FromResult(ProcessCensus.IsAlive(old) || ProcessCensus.IsAlive(next)), static alive => !alive, Cancellation);
    }

    /// <summary>Calls all the time, with pauses that leave the machine to the servers, and sees that each answer is its own and of the right server.</summary>
    private static async Task<int> CallAsync(StewardProcess steward, string id, bool isMerged, CancellationToken enough)
    {
        using var client = await McpHttpClient.ConnectAsync(isMerged ? steward.Endpoint : steward.EndpointOf(id), $"{id}-{isMerged}", Cancellation);
        var calls = 0;
        for (; !enough.IsCancellationRequested; calls++)
        {
            var reply = await client.CallAsync(isMerged ? $"{id}__say" : "say", new() { ["text"] = $"{id}.{isMerged}.{calls}" }, Cancellation);
            Assert.True(!reply.IsError, $"call {calls} of {id}: {reply.Message}");
            Assert.Matches($@"^{id}\.v\d+\|\d+\|{id}\.{isMerged}\.{calls}$", reply.Text);
            await Task.Delay(Pause, TimeProvider.System, Cancellation);
        }

        return calls;
    }

    /// <summary>Has calls in flight whenever a version is replaced, that take longer than the replacing itself.</summary>
    private static async Task<int> SleepAsync(StewardProcess steward, string id, CancellationToken enough)
    {
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf(id), $"{id}-sleeps", Cancellation);
        var calls = 0;
        for (; !enough.IsCancellationRequested; calls++)
        {
            var reply = await client.CallAsync("sleep", new() { ["ms"] = 1500 }, Cancellation);
            Assert.True(!reply.IsError, $"sleep {calls} of {id}: {reply.Message}");
        }

        return calls;
    }

    private static async Task AnswersAsync(StewardProcess steward, string id, int version)
    {
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf(id), $"{id}-looks", Cancellation);
        await Poll.UntilAsync(async () => (await client.CallAsync("say", new() { ["text"] = "x" }, Cancellation)).Text, text => text.StartsWith($"{id}.v{version}|", StringComparison.Ordinal), Cancellation);
    }

    /// <summary>A version of a server, with more time than its calls take however slow the machine is.</summary>
    private static JsonObject Version(string id, int version) => Upstreams.TestServer("--mode", "fixture")
        .With("env", new JsonObject { ["STEWARD_TEST_LABEL"] = $"{id}.v{version}" })
        .With("startupTimeoutMs", 120_000).With("shutdown", new JsonObject { ["drainMs"] = 60_000 });

    private static async Task<Dictionary<string, int>> PidsAsync(StewardProcess steward, IEnumerable<string> ids)
    {
        var pids = new Dictionary<string, int>();
        foreach (var id in ids)
            pids[id] = (await steward.StatusAsync(id, Cancellation)).GetProperty("pid").GetInt32();
        return pids;
    }
}
