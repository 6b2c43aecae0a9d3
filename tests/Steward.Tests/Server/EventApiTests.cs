using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Steward.Events;
using Steward.Server.Api;
using Steward.Tests.Testing;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Server;

public sealed class EventApiTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task The_stream_carries_statuses_and_events_side_by_side()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();
        await using var stream = await rig.Client.GetStreamAsync("/api/v1/events", Cancelled);
        await using var items = SseParser.Create(stream).EnumerateAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.Equal("status", (await NextAsync(items, _ => true)).EventType);

        await rig.Host.Manager.StopServerAsync("memory", Cancelled);

        var gone = await NextAsync(items, item => item.EventType == EventNames.ServerDisconnected);
        var happened = JsonSerializer.Deserialize(gone.Data, ApiJson.Default.StewardEvent)!;
        Assert.Equal(("memory", EventCategories.Mcp, gone.EventId), (happened.Text("server_id"), happened.Category, $"{happened.Sequence}"));
        Assert.True(happened.Data.GetProperty("duration").GetDouble() >= 0);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("category=mcp&priority=high", "mcp_server_connected")]
    [InlineData("name=mcp_server_disconnected&name=mcp_server_removed", "mcp_server_disconnected")]
    public async Task The_query_chooses_events_and_leaves_statuses_out(string query, string expected)
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();
        await using var stream = await rig.Client.GetStreamAsync($"/api/v1/events?{query}", Cancelled);
        await using var items = SseParser.Create(stream).EnumerateAsync(Cancelled).GetAsyncEnumerator(Cancelled);

        await rig.Host.Manager.RestartServerAsync("memory", Cancelled);

        Assert.Equal(expected, (await NextAsync(items, _ => true)).EventType);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_reader_that_comes_back_hears_what_it_missed()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events?category=mcp");
        request.Headers.Add("Last-Event-ID", "1");
        using var response = await rig.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancelled);
        await using var items = SseParser.Create(stream).EnumerateAsync(Cancelled).GetAsyncEnumerator(Cancelled);

        Assert.Equal("2", (await NextAsync(items, _ => true)).EventId);
        Assert.Equal("3", (await NextAsync(items, _ => true)).EventId);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_history_is_asked_by_category_name_priority_time_and_number()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();
        await using var stream = await rig.Client.GetStreamAsync("/api/v1/events?after=0&name=mcp_server_connected", Cancelled);
        await using var items = SseParser.Create(stream).EnumerateAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        for (var i = 0; i < 2; i++)
            await NextAsync(items, _ => true); // both are in the history from now on

        var connected = await rig.Client.GetFromJsonAsync("/api/v1/events/history?category=mcp&priority=high", ApiJson.Default.IReadOnlyListStewardEvent, Cancelled);
        var newest = await rig.Client.GetFromJsonAsync("/api/v1/events/history?limit=1&since=2020-01-01T00:00:00Z", ApiJson.Default.IReadOnlyListStewardEvent, Cancelled);
        using var refused = await rig.Client.GetAsync("/api/v1/events/history?priority=urgent", Cancelled);

        Assert.Equal(["files", "memory"], connected!.Select(happened => happened.Text("server_id")).Order());
        Assert.Single(newest!);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("low, normal, high, critical", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_server_says_of_its_own_accord_is_an_event_and_a_flood_of_it_is_counted()
    {
        await using var bus = new EventBus();
        var notifications = new NotificationEvents(bus, new FakeTimeProvider());
        var message = """{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hello"}}"""u8.ToArray();
        var deep = System.Text.Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","method":"notifications/message","params":{"data":""" + new string('[', 200) + new string(']', 200) + "}}");

        notifications.OnNotification("files", deep, JsonRpcEnvelope.Parse(deep));
        for (var i = 0; i < 100; i++)
            notifications.OnNotification("files", message, JsonRpcEnvelope.Parse(message));

        var all = bus.History(new());
        Assert.Equal(50, all.Count);
        Assert.True(all[0].Data.GetProperty("params_left_out").GetBoolean());
        Assert.Equal(("files", "notifications/message", "hello"), (all[1].Text("server_id"), all[1].Text("method"), all[1].Data.GetProperty("params").GetProperty("data").GetString()));
    }

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> items, Func<SseItem<string>, bool> condition)
    {
        while (await items.MoveNextAsync())
        {
            if (condition(items.Current))
                return items.Current;
        }

        throw new EndOfStreamException();
    }
}
