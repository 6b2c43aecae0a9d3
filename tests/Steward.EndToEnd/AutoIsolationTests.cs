using System.Text.Json;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>By default a server is shared until it shows that it cannot be; from then on new clients get a process of their own.</summary>
public sealed class AutoIsolationTests
{
    [Fact(Timeout = 180_000)]
    public async Task A_server_that_once_asked_nobody_in_particular_gets_a_process_for_each_new_client()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var pair = await ClientPair.ConnectAsync(Upstreams.TestServer(), cancellation);
        Assert.Equal(await ProcessOfAsync(pair.Anna, cancellation), await ProcessOfAsync(pair.Bert, cancellation));

        var sleeping = await pair.Bert.BeginAsync("tools/call", Json.Call("sleep", new() { ["ms"] = 600_000, ["label"] = "bert" }));
        await pair.Bert.HasBegunAsync("bert", cancellation);
        await pair.Anna.BeginAsync("tools/call", Json.Call("ask_sampling", new() { ["prompt"] = "Hello" }));
        await pair.Steward.ReachesAsync("server", status => status.TryGetProperty("isolationReason", out _), cancellation);
        await pair.Bert.CancelAsync(sleeping);

        await using var carl = await pair.ConnectAnotherAsync("Carl", cancellation);
        await using var dora = await pair.ConnectAnotherAsync("Dora", cancellation);
        Assert.Equal(3, new HashSet<int>
        {
            await ProcessOfAsync(pair.Anna, cancellation),
            await ProcessOfAsync(carl, cancellation),
            await ProcessOfAsync(dora, cancellation),
        }.Count);

        // Both ask at the same time now, and each is answered by its own client.
        var (askCarl, askDora) = (AskAsync(carl, cancellation), AskAsync(dora, cancellation));
        Assert.Contains("sampled by Carl", await askCarl);
        Assert.Contains("sampled by Dora", await askDora);
    }

    private static async Task<string> AskAsync(TypeScriptClient client, CancellationToken cancellationToken) =>
        (await client.CallAsync("ask_sampling", new() { ["prompt"] = "Hello" }, cancellationToken)).TextOfTool();

    private static async Task<int> ProcessOfAsync(TypeScriptClient client, CancellationToken cancellationToken) =>
        JsonElement.Parse((await client.CallAsync("whoami", null, cancellationToken)).TextOfTool()).GetProperty("pid").GetInt32();
}
