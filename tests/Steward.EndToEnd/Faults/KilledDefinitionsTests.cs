using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Faults;

/// <summary>
/// The daemon is killed again and again while definitions are added, changed and removed, now alone and now together with its angel. What was
/// acknowledged last is there when it is back, and runs if it shall; of what was under way, all or nothing; and no process is left of what ran.
/// STEWARD_KILLS says how often.
/// </summary>
public sealed class KilledDefinitionsTests
{
    private const int Writers = 6;
    private const int Runners = 2;

    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("STEWARD_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 12;

    // The version that was acknowledged last, and the one that was asked for when the daemon died; null where the server is not there.
    private readonly ConcurrentDictionary<string, int?> _known = new();
    private readonly ConcurrentDictionary<string, int?> _doubtful = new();
    private int _done;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Ids => Enumerable.Range(0, Writers).Select(number => $"kept-{number}").Concat(Enumerable.Range(0, Runners).Select(number => $"run-{number}"));

    [Fact(Timeout = 1_200_000)]
    public async Task Whatever_is_done_to_definitions_holds_once_it_is_acknowledged_and_not_by_half()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        var declared = new JsonObject { ["declared"] = await ShellServer.WriteAsync(home, "declared") };
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = declared }.ToJsonString(), Cancellation);
        var angel = await home.UpAsync(config);
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                await home.ReachesAsync("declared", "Running");
                var old = await WorkUntilKilledAsync(home, angel.Id, kill);
                if (kill % 2 == 1)
                {
                    await angel.ExitAsync(Cancellation);
                    await angel.DisposeAsync();
                    angel = await home.UpAsync(config);
                }

                await Poll.UntilAsync(() => Task.FromResult(home.DaemonId), id => !old.Contains(id), Cancellation);
                await CheckAsync(home);
                Assert.Empty(await Poll.ForAsync(() => old.Where(ProcessCensus.IsAlive).ToArray(), static alive => alive.Length == 0));
            }

            await home.DownAsync(angel);
        }
        finally
        {
            await angel.DisposeAsync();
        }
    }

    /// <returns>The processes that there were when it was killed, and that must all be gone.</returns>
    private async Task<HashSet<int>> WorkUntilKilledAsync(StewardHome home, int angel, int kill)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (old, killAt) = (new HashSet<int>(), _done + 17 + (13 * kill % 60));
        await Task.WhenAll(Ids.Select(WorkAsync));
        return old;

        async Task WorkAsync(string id)
        {
            while (!round.IsCancellationRequested)
            {
                var version = _known.GetValueOrDefault(id);
                int? next = version is null ? 1 : version % 4 == 0 ? null : version + 1;
                _doubtful[id] = next;
                try
                {
                    var status = await ChangeAsync(home, id, version, next, round.Token);
                    Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent, $"{id} from {version} to {next}: {status}");
                }
                catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
                {
                    return; // the daemon was killed: whether this one was written nobody knows
                }

                _known[id] = next;
                _doubtful.TryRemove(id, out _);
                if (Interlocked.Increment(ref _done) == killAt)
                {
                    old.UnionWith(home.Living().Where(process => kill % 2 == 1 || process != angel));
                    if (kill % 2 == 1)
                        home.KillTogether(angel);
                    else
                        Signals.Send(home.DaemonId, Signals.Kill);
                    await round.CancelAsync();
                }
            }
        }
    }

    private async Task CheckAsync(StewardHome home)
    {
        Assert.Empty((await home.ReadAsync("/definitions")).GetProperty("unreadable").EnumerateArray());
        foreach (var id in Ids)
        {
            var (found, expected) = (await VersionAsync(home, id), _known.GetValueOrDefault(id));
            Assert.True(found == expected || (_doubtful.TryGetValue(id, out var other) && found == other), $"{id} has version {found}; {expected} was acknowledged");
            _known[id] = found;
            if (found is null || id.StartsWith("kept", StringComparison.Ordinal))
                continue;
            var pid = (await home.ReachesAsync(id, "Running")).GetProperty("pid").GetInt32();
            Assert.Equal($"{found}", await ShellServer.LabelOfAsync(pid));
        }
    }

    private static Task<HttpStatusCode> ChangeAsync(StewardHome home, string id, int? version, int? next, CancellationToken cancellationToken)
    {
        var definition = ShellServer.Define(home, $"{next}");
        if (id.StartsWith("kept", StringComparison.Ordinal))
            definition["disabled"] = true;
        return (version, next) switch
        {
            (_, null) => home.SendAsync(HttpMethod.Delete, $"/servers/{id}", null, cancellationToken),
            (null, _) => home.SendAsync(HttpMethod.Post, "/servers", new JsonObject { ["id"] = id, ["definition"] = definition }, cancellationToken),
            _ => home.SendAsync(HttpMethod.Put, $"/servers/{id}/definition", definition, cancellationToken),
        };
    }

    private static async Task<int?> VersionAsync(StewardHome home, string id)
    {
        using var response = await home.GetAsync($"/servers/{id}/definition");
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        var answer = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancellation));
        return int.Parse(answer.GetProperty("definition").GetProperty("args")[1].GetString()!, CultureInfo.InvariantCulture);
    }
}
