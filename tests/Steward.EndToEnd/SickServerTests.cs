using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Servers that live and answer, and do not do their work.</summary>
public sealed class SickServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-e2e-sick-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task A_server_that_hangs_but_lives_is_replaced_and_one_that_lost_its_tools_is_reported_and_left_alone()
    {
        var entry = Upstreams.TestServer("--mode", "sick", "--file", Path.Combine(_folder, "lost"))
            .With("restartPolicy", new JsonObject { ["initialDelayMs"] = 50, ["maxDelayMs"] = 200 })
            .With("health", JsonNode.Parse("""{ "intervalMs": 200, "timeoutMs": 5000, "failureThreshold": 2, "call": { "tool": "echo", "arguments": { "text": "it works" }, "expect": "works" } }""")!);
        await using var steward = await StewardProcess.StartAsync(new() { ["bad"] = entry }, Cancellation);
        var first = await steward.ReachesAsync("bad", status => Health(status) == "Healthy", Cancellation);
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("bad"), "bad", Cancellation);

        await client.CallAsync("misbehave", new() { ["text"] = "hang" }, Cancellation);
        var replaced = await steward.ReachesAsync("bad", status => Restarts(status) > Restarts(first) && Health(status) == "Healthy", Cancellation);
        Assert.Contains("no answer to the call of tool 'echo'", replaced.GetProperty("lastError").GetString(), StringComparison.Ordinal);

        var gone = (await client.CallAsync("misbehave", new() { ["text"] = "lose" }, Cancellation)).Message.ToString();
        foreach (var part in (string[])["bad", "exit code 7", "about to lose everything"])
            Assert.Contains(part, gone, StringComparison.Ordinal);
        var lost = await steward.ReachesAsync("bad", status => Restarts(status) > Restarts(replaced) && Health(status) == "Degraded", Cancellation);
        Assert.Contains("it offers none of the 3 tools that it had before: missing are echo, progress_burst, misbehave", lost.GetProperty("healthReason").GetString(), StringComparison.Ordinal);

        for (var i = 0; i < 4; i++)
        {
            using var checkedNow = JsonDocument.Parse(await steward.PostAsync("/servers/bad/check", Cancellation));
            Assert.Equal(("Running", "Degraded", Restarts(lost)), (checkedNow.RootElement.GetProperty("state").GetString(), Health(checkedNow.RootElement), Restarts(checkedNow.RootElement)));
        }

        File.Delete(Path.Combine(_folder, "lost"));
        await steward.PostAsync("/servers/bad/restart", Cancellation);
        await steward.ReachesAsync("bad", status => Health(status) == "Healthy", Cancellation);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string? Health(JsonElement status) => status.GetProperty("health").GetString();

    private static int Restarts(JsonElement status) => status.GetProperty("restarts").GetInt32();
}
