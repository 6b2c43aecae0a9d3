using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The events of servers on the API's stream, from real processes.</summary>
public sealed class ServerEventTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task What_becomes_of_a_server_and_what_it_says_is_told_under_the_known_names()
    {
        await using var home = new StewardHome();
        await File.WriteAllTextAsync(home.PathOf("empty.json"), """{ "mcpServers": {} }""", Cancellation);
        await using var daemon = await home.UpAsync(home.PathOf("empty.json"));
        using var response = await home.GetAsync("/events?category=mcp");
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        await using var events = SseParser.Create(stream).EnumerateAsync(Cancellation).GetAsyncEnumerator(Cancellation);

        await home.DoAsync("add", "talker", "--name", "Talker", "--", Repository.TestServerProgram);
        Assert.Equal("""{"server_id":"talker","name":"Talker","transport":"stdio"}""", await NextAsync(events, "mcp_server_added"));
        Assert.Equal("""{"server_id":"talker","transport":"stdio"}""", await NextAsync(events, "mcp_server_connected"));

        await home.DoAsync("call", "talker", "add_tool");
        var said = JsonNode.Parse(await NextAsync(events, "mcp_server_notification"))!;
        Assert.Equal(("talker", "notifications/tools/list_changed"), ((string?)said["server_id"], (string?)said["method"]));

        Assert.NotEqual(0, (await home.RunAsync("add", "broken", "--definition", """{ "restartPolicy": null }""", "--", Repository.TestServerProgram, "--mode", "exit-at-start")).ExitCode);
        Assert.Contains("\"broken\"", await NextAsync(events, "mcp_server_added"), StringComparison.Ordinal);
        var failed = JsonNode.Parse(await NextAsync(events, "mcp_server_connection_failed"))!;
        Assert.Equal("broken", (string?)failed["server_id"]);
        Assert.NotEmpty((string)failed["error"]!);

        await home.DoAsync("update", "talker", "--tag", "loud");
        Assert.Equal("""{"server_id":"talker","keys":["tags"],"source":"registry"}""", await NextAsync(events, "mcp_server_config_changed"));

        await home.DoAsync("remove", "talker");
        var gone = JsonNode.Parse(await NextAsync(events, "mcp_server_disconnected"))!;
        Assert.Equal("talker", (string?)gone["server_id"]);
        Assert.True((double)gone["duration"]! >= 0 && gone["error"] is null);
        Assert.Equal("""{"server_id":"talker","name":"Talker"}""", await NextAsync(events, "mcp_server_removed"));
        await home.DownAsync(daemon);
    }

    /// <summary>The data of the next event, which has this name; where one of its kind may come more than once, later ones are passed over.</summary>
    private static async Task<string> NextAsync(IAsyncEnumerator<SseItem<string>> events, string name)
    {
        do
            Assert.True(await events.MoveNextAsync());
        while (name != "mcp_server_notification" && events.Current.EventType == "mcp_server_notification");
        Assert.Equal(name, events.Current.EventType);
        return JsonElement.Parse(events.Current.Data).GetProperty("data").GetRawText();
    }
}
