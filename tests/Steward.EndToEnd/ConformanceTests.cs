using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>
/// The official conformance suite through Steward, at each revision, with a test server of each era that offers all that the
/// suite asks for: whichever era the server is of, a client sees a server of its own.
/// </summary>
public sealed class ConformanceTests
{
    private static readonly Dictionary<string, int> Scenarios = new() { ["2025-11-25"] = 33, ["2026-07-28"] = 37 };

    // The suite has time limits of its own: the noise must not take the whole machine.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 600_000)]
    [InlineData("2025-11-25", "legacy")]
    [InlineData("2025-11-25", "modern")]
    [InlineData("2026-07-28", "legacy")]
    [InlineData("2026-07-28", "modern")]
    public async Task Every_scenario_passes_whatever_era_the_server_is_of(string revision, string era)
    {
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["fixture"] = Upstreams.TestServer("--era", era) }, Cancellation);

        Passes(await ConformanceSuite.RunAsync(steward.EndpointOf("fixture"), revision, Cancellation), revision, era);
    }

    [Theory(Timeout = 600_000)]
    [InlineData("2025-11-25", "legacy")]
    [InlineData("2025-11-25", "modern")]
    [InlineData("2026-07-28", "legacy")]
    [InlineData("2026-07-28", "modern")]
    public async Task Every_scenario_passes_where_a_noisy_server_shares_the_endpoint(string revision, string era)
    {
        var servers = new JsonObject { ["fixture"] = Upstreams.TestServer("--era", era), ["noise"] = Upstreams.TestServer("--mode", "echo") };
        await using var steward = await StewardProcess.StartReadyAsync(servers, Cancellation, new() { ["naming"] = "onCollision" });
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var noise = MakeNoiseAsync(steward.Endpoint, done.Token);

        var outcomes = await ConformanceSuite.RunAsync(steward.Endpoint, revision, Cancellation);

        await done.CancelAsync();
        Assert.True(await noise > 0, "there was no noise");
        Passes(outcomes, revision, era);
    }

    private static void Passes(IReadOnlyDictionary<string, ConformanceOutcome> outcomes, string revision, string era)
    {
        Assert.True(outcomes.Count >= Scenarios[revision], $"only {outcomes.Count} scenarios ran");
        Assert.All(outcomes.Where(outcome => outcome.Value.Kind != "extension"), outcome =>
        {
            Assert.True(outcome.Value.Passed > 0, $"{outcome.Key} checked nothing");
            string[] problems = [.. outcome.Value.Problems.Where(problem => !AcrossEras.Excuses(revision, era, outcome.Key, problem))];
            Assert.Empty(problems);
        });
    }

    private static async Task<int> MakeNoiseAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var client = await McpHttpClient.ConnectAsync(endpoint, "noisy", cancellationToken);
        for (var calls = 0; ; calls++)
        {
            try
            {
                await client.CallAsync("noise__progress_burst", new() { ["count"] = 20 }, cancellationToken, "noise");
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return calls;
            }
        }
    }
}
