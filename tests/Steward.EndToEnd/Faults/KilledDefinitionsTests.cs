using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Faults;

/// <summary>
/// The daemon is killed while definitions are added, changed and removed. What was acknowledged last is there when it is back; of what was
/// under way, all or nothing.
/// </summary>
public sealed class KilledDefinitionsTests
{
    private const int Workers = 8;
    private const int Kills = 3;

    [Fact(Timeout = 120_000)]
    public async Task Whatever_is_done_to_definitions_holds_once_it_is_acknowledged_and_not_by_half()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var steward = await StewardProcess.StartAsync(new JsonObject { ["declared"] = Upstreams.TestServer("--mode", "echo") }, cancellation);
        var known = new ConcurrentDictionary<string, int?>(); // the version that was acknowledged last; null where the server is not there
        var done = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var (daemon, killAt) = (steward.DaemonId, done + 60 + 37 * kill);
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var doubtful = new ConcurrentDictionary<string, int?>();
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync($"server-{worker}", killAt, round, doubtful)));
            await steward.ReadFactsAsync(after: daemon, cancellation);

            Assert.Empty((await steward.GetAsync("/definitions", cancellation)).GetProperty("unreadable").EnumerateArray());
            foreach (var id in Enumerable.Range(0, Workers).Select(worker => $"server-{worker}"))
            {
                var expected = known.GetValueOrDefault(id);
                var found = await VersionAsync(steward, id, cancellation);
                Assert.True(found == expected || (doubtful.TryGetValue(id, out var other) && found == other), $"{id} has version {found}; {expected} was acknowledged");
                known[id] = found;
            }
        }

        async Task WorkAsync(string id, int killAt, CancellationTokenSource round, ConcurrentDictionary<string, int?> doubtful)
        {
            while (!round.IsCancellationRequested)
            {
                var version = known.GetValueOrDefault(id);
                int? next = version is null ? 1 : version % 4 == 0 ? null : version + 1;
                doubtful[id] = next;
                try
                {
                    var status = await SendAsync(steward, id, version, next, round.Token);
                    Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent, $"{id} from {version} to {next}: {status}");
                }
                catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
                {
                    return; // the daemon was killed: whether this one was written nobody knows
                }

                known[id] = next;
                doubtful.TryRemove(id, out _);
                if (Interlocked.Increment(ref done) == killAt)
                {
                    steward.KillDaemon();
                    await round.CancelAsync();
                }
            }
        }
    }

    private static Task<HttpStatusCode> SendAsync(StewardProcess steward, string id, int? version, int? next, CancellationToken cancellationToken)
    {
        var definition = new JsonObject { ["command"] = "true", ["args"] = new JsonArray($"{next}"), ["disabled"] = true };
        return (version, next) switch
        {
            (_, null) => steward.SendAsync(HttpMethod.Delete, $"/servers/{id}", null, cancellationToken),
            (null, _) => steward.SendAsync(HttpMethod.Post, "/servers", new JsonObject { ["id"] = id, ["definition"] = definition }, cancellationToken),
            _ => steward.SendAsync(HttpMethod.Put, $"/servers/{id}/definition", definition, cancellationToken),
        };
    }

    private static async Task<int?> VersionAsync(StewardProcess steward, string id, CancellationToken cancellationToken)
    {
        if (await steward.SendAsync(HttpMethod.Get, $"/servers/{id}/definition", null, cancellationToken) == HttpStatusCode.NotFound)
            return null;
        var definition = (await steward.GetAsync($"/servers/{id}/definition", cancellationToken)).GetProperty("definition");
        return int.Parse(definition.GetProperty("args")[0].GetString()!);
    }
}
