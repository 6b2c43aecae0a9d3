using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Progress that a server sends right before its result reaches the caller before it: all of it, in order.</summary>
public sealed class OrderTests
{
    private const int Calls = 200;
    private const int PerCall = 10;
    private const int InFlight = 32;

    [Theory(Timeout = 300_000)]
    [InlineData("fixture", "/servers/upstream/mcp", "progress_burst")]
    [InlineData("echo", "/servers/upstream/mcp", "progress_burst")]
    [InlineData("echo", "/mcp", "upstream__progress_burst")]
    public async Task Two_thousand_progress_notifications_arrive_in_order_before_their_results(string mode, string path, string tool)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["upstream"] = Upstreams.TestServer("--mode", mode) }, cancellation);
        using var client = await McpHttpClient.ConnectAsync(new(steward.Url, path), "order", cancellation);

        var seen = 0;
        await Parallel.ForAsync(0, Calls, new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation }, async (call, token) =>
        {
            var progressToken = $"token-{call}";
            var reply = await client.CallAsync(tool, new JsonObject { ["count"] = PerCall }, token, progressToken);

            Assert.Equal($"{PerCall} sent", reply.Text);
            Assert.Equal(Enumerable.Range(1, PerCall), reply.Before.Select(message => ProgressOf(message, progressToken)));
            Interlocked.Add(ref seen, reply.Before.Count);
        });

        Assert.Equal(Calls * PerCall, seen);
    }

    private static int ProgressOf(JsonElement message, string token)
    {
        Assert.True(message.IsMethod("notifications/progress"), message.ToString());
        var parameters = message.GetProperty("params");
        Assert.Equal(token, parameters.GetProperty("progressToken").GetString());
        return parameters.GetProperty("progress").GetInt32();
    }
}
