using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The daemon is killed while servers are being added: what it has acknowledged is there when it is back, and nothing is there by half.</summary>
public sealed class KilledRegistryTests
{
    private const int Writes = 1000;
    private const int Writers = 8;

    [Fact(Timeout = 600_000)]
    public async Task Every_acknowledged_write_survives_a_killed_daemon_and_none_is_there_by_half()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var steward = await StewardProcess.StartAsync(new JsonObject { ["declared"] = Upstreams.TestServer("--mode", "echo") }, cancellation);
        var acknowledged = new ConcurrentDictionary<string, byte>();
        var next = 0;

        foreach (var killAfter in (int[])[150, 400, 700, Writes])
        {
            var daemon = steward.DaemonId;
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAsync(killAfter, round)));
            if (killAfter < Writes)
                await steward.ReadFactsAsync(after: daemon, cancellation);

            var definitions = await steward.GetAsync("/definitions", cancellation);
            Assert.Empty(definitions.GetProperty("unreadable").EnumerateArray());
            var kept = definitions.GetProperty("servers").EnumerateArray().Select(server => server.GetProperty("id").GetString()!).ToHashSet();
            Assert.Empty(acknowledged.Keys.Except(kept));
        }

        Assert.True(acknowledged.Count > Writes / 2, $"{acknowledged.Count} of {Writes} writes were acknowledged");
        foreach (var id in acknowledged.Keys.Where((_, i) => i % 50 == 0))
        {
            var definition = (await steward.GetAsync($"/servers/{id}/definition", cancellation)).GetProperty("definition");
            Assert.Equal(["--number", id], definition.GetProperty("args").EnumerateArray().Select(text => text.GetString()!));
            Assert.True(definition.GetProperty("disabled").GetBoolean());
        }

        async Task WriteAsync(int killAfter, CancellationTokenSource round)
        {
            while (!round.IsCancellationRequested && Interlocked.Increment(ref next) is var number && number <= Writes)
            {
                var id = $"server-{number}";
                try
                {
                    var body = new JsonObject { ["id"] = id, ["definition"] = new JsonObject { ["command"] = "true", ["args"] = new JsonArray("--number", id), ["disabled"] = true } };
                    if (await steward.SendAsync(HttpMethod.Post, "/servers", body, round.Token) == HttpStatusCode.Created)
                        acknowledged[id] = 0;
                }
                catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
                {
                    return; // the daemon was killed: whether this one was written nobody knows
                }

                if (killAfter < Writes && number == killAfter)
                {
                    steward.KillDaemon();
                    await round.CancelAsync();
                }
            }
        }
    }
}
