using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The official conformance suite against a server's own endpoint, with a test server that offers all that the suite asks for.</summary>
public sealed class ConformanceTests
{
    [Fact(Timeout = 180_000)]
    public async Task Every_scenario_of_revision_2025_11_25_passes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["fixture"] = Upstreams.TestServer() }, cancellation);

        var outcomes = await ConformanceSuite.RunAsync(steward.EndpointOf("fixture"), "2025-11-25", cancellation);

        Assert.True(outcomes.Count >= 33, $"only {outcomes.Count} scenarios ran");
        Assert.All(outcomes, outcome =>
        {
            Assert.True(outcome.Value.Passed > 0, $"{outcome.Key} checked nothing");
            Assert.Empty(outcome.Value.Problems);
        });
    }
}
