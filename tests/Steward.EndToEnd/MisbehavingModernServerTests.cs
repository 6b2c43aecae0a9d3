using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Servers that take the question of their era badly, and servers of the modern era that ask for what nobody can give.</summary>
public sealed class MisbehavingModernServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [InlineData("silent-discover", "2025-11-25")]
    [InlineData("crash-discover", "2025-11-25")]
    [InlineData("late-discover", "2026-07-28")]
    public async Task However_a_server_takes_the_question_of_its_era_it_is_started(string mode, string revision)
    {
        await using var servers = await BadServer.StartAsync(Cancellation, mode);
        using var client = await servers.ConnectAsync(Cancellation);

        Assert.Equal("hello", (await client.CallAsync("echo", new() { ["text"] = "hello" }, Cancellation)).Text);
        var status = await servers.Steward.StatusAsync("bad", Cancellation);
        Assert.Equal((revision, 0), (status.GetProperty("revision").GetString(), status.GetProperty("restarts").GetInt32()));
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("rounds", 3, "3 rounds")]
    [InlineData("state-only", 0, "1 rounds")]
    public async Task A_legacy_client_is_asked_as_often_as_a_modern_server_wants(string what, int count, string text)
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "modern");
        using var client = await ConnectAsync(servers);

        var reply = await client.CallAsync("misbehave", new() { ["text"] = what, ["count"] = count }, Cancellation);

        Assert.Equal(text, reply.Text);
        Assert.Equal(count, reply.Before.Count(message => message.IsMethod("elicitation/create")));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("forever", "10 times")]
    [InlineData("sampling", "sampling")]
    [InlineData("foreign", "(\"tools\")")]
    [InlineData("nothing", "input")]
    [InlineData("unknown-type", "mystery")]
    public async Task What_a_modern_server_cannot_be_given_ends_the_call_with_an_error_that_says_so(string what, string named)
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "modern");
        using var client = await ConnectAsync(servers);

        var reply = await client.CallAsync("misbehave", new() { ["text"] = what }, Cancellation);

        Assert.True(reply.IsError, reply.Message.ToString());
        Assert.Contains(named, reply.Error.GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal("back", (await client.CallAsync("echo", new() { ["text"] = "back" }, Cancellation)).Text);
        Assert.Equal(0, (await servers.Steward.StatusAsync("bad", Cancellation)).GetProperty("restarts").GetInt32());
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    private static async Task<McpHttpClient> ConnectAsync(BadServer servers)
    {
        await servers.Steward.ReachesAsync("bad", "Running", Cancellation);
        var client = await McpHttpClient.ConnectAsync(servers.Steward.EndpointOf("bad"), "bad", Cancellation, new() { ["elicitation"] = new JsonObject() });
        client.Answers["elicitation/create"] = () => Task.FromResult(JsonNode.Parse("""{"action":"accept","content":{"text":"so"}}""")!);
        return client;
    }
}
