using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Several real processes of one server, side by side.</summary>
public sealed class InstancesTests
{
    private const string Id = "several";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Kills_of_single_instances_cost_the_calls_in_flight_there_and_nothing_else()
    {
        await using var steward = await StewardProcess.StartReadyAsync(new JsonObject { [Id] = Server() }, Cancellation);
        using var enough = new CancellationTokenSource();
        var answered = new ConcurrentDictionary<int, int>();
        var callers = Enumerable.Range(0, 6).Select(caller => CallAsync(steward, caller, answered, enough.Token)).ToArray();
        for (var kill = 0; kill < 4; kill++)
        {
            var before = Pids(await RunsWholeAsync(steward));
            await Poll.UntilAsync(() => Task.FromResult(before), pids => pids.All(answered.ContainsKey), Cancellation); // each has its share
            using (var process = Process.GetProcessById(before[kill % before.Count]))
                process.Kill();
            await steward.ReachesAsync(Id, status => !Pids(status).Contains(before[kill % before.Count]), Cancellation);
        }

        await RunsWholeAsync(steward);
        await enough.CancelAsync();
        var failures = (await Task.WhenAll(callers)).SelectMany(failed => failed).ToArray();

        Assert.All(failures, failure => Assert.Contains($"Server '{Id}' ended before it answered: SIGKILL", failure, StringComparison.Ordinal));
        Assert.InRange(failures.Length, 0, 4 * 6);
        Assert.Equal(0, (await steward.StatusAsync(Id, Cancellation)).GetProperty("restarts").GetInt32());
    }

    [Fact(Timeout = 300_000)]
    public async Task A_daemon_that_is_killed_leaves_none_of_them_behind()
    {
        await using var steward = await StewardProcess.StartReadyAsync(new JsonObject { [Id] = Server() }, Cancellation);
        var pids = Pids(await RunsWholeAsync(steward));
        Assert.Equal(3, pids.Distinct().Count(ProcessCensus.IsAlive));

        steward.KillDaemon();

        await Poll.UntilAsync(() => Task.FromResult(pids.Count(ProcessCensus.IsAlive)), static alive => alive == 0, Cancellation);
    }

    /// <summary>Calls without a pause, and sees that each answer is its own.</summary>
    /// <returns>The errors.</returns>
    private static async Task<List<string>> CallAsync(StewardProcess steward, int caller, ConcurrentDictionary<int, int> answered, CancellationToken enough)
    {
        using var client = await McpHttpClient.ConnectAsync(steward.Endpoint, $"caller-{caller}", Cancellation);
        var failures = new List<string>();
        for (var call = 0; !enough.IsCancellationRequested; call++)
        {
            var reply = await client.CallAsync($"{Id}__say", new() { ["text"] = $"{caller}.{call}" }, Cancellation);
            if (reply.IsError)
            {
                failures.Add(reply.Message.GetProperty("error").GetProperty("message").GetString()!);
                continue;
            }

            var parts = reply.Text.Split('|');
            Assert.Equal($"{caller}.{call}", parts[^1]);
            answered.AddOrUpdate(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), 1, static (_, count) => count + 1);
        }

        return failures;
    }

    private static Task<JsonElement> RunsWholeAsync(StewardProcess steward) => steward.ReachesAsync(Id, static status => Pids(status).Count == 3, Cancellation);

    private static List<int> Pids(JsonElement status) => status.TryGetProperty("instances", out var instances)
        ? [.. instances.EnumerateArray().Where(static instance => instance.GetProperty("state").ValueEquals("Running")).Select(static instance => instance.GetProperty("pid").GetInt32())]
        : [];

    private static JsonObject Server()
    {
        var server = Upstreams.TestServer("--mode", "fixture").With("env", new JsonObject { ["STEWARD_TEST_LABEL"] = Id });
        (server["isolation"], server["instances"]) = ("shared", 3);
        return server;
    }
}
