using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>A server over Streamable HTTP: one Steward's endpoint is the remote server of another.</summary>
public sealed class RemoteServerTests
{
    [Fact(Timeout = 600_000)]
    public async Task Every_scenario_of_revision_2025_11_25_passes_through_a_remote_server_too()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var far = await StewardProcess.StartReadyAsync(new() { ["fixture"] = Upstreams.TestServer() }, cancellation);
        await using var near = await StewardProcess.StartReadyAsync(new() { ["remote"] = Remote(far.EndpointOf("fixture")) }, cancellation);

        var outcomes = await ConformanceSuite.RunAsync(near.EndpointOf("remote"), "2025-11-25", cancellation);

        Assert.True(outcomes.Count >= 33, $"only {outcomes.Count} scenarios ran");
        Assert.All(outcomes, outcome => Assert.Empty(outcome.Value.Problems));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_call_to_a_remote_server_that_went_away_fails_at_once_and_harms_no_other()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var far = await StewardProcess.StartReadyAsync(new() { ["fixture"] = Upstreams.TestServer() }, cancellation);
        await using var near = await StewardProcess.StartReadyAsync(
            new() { ["remote"] = Remote(far.EndpointOf("fixture")), ["other"] = Upstreams.TestServer("--mode", "echo") }, cancellation);
        using var client = await McpHttpClient.ConnectAsync(near.EndpointOf("remote"), "caller", cancellation);
        Assert.Equal("here", (await client.CallAsync("echo", new() { ["text"] = "here" }, cancellation)).Text);

        await far.StopAsync();

        var reply = await client.CallAsync("echo", new() { ["text"] = "gone" }, cancellation);
        Assert.Contains("'remote'", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        using var neighbour = await McpHttpClient.ConnectAsync(near.EndpointOf("other"), "neighbour", cancellation);
        Assert.Equal("still", (await neighbour.CallAsync("echo", new() { ["text"] = "still" }, cancellation)).Text);
    }

    private static JsonObject Remote(Uri endpoint) => new() { ["type"] = "http", ["url"] = endpoint.ToString() };
}
