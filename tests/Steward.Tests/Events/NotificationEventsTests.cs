using System.Text;
using Steward.Events;
using Steward.Tests.Testing;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Events;

public sealed class NotificationEventsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_talks_without_end_silences_no_other_and_what_is_left_out_of_it_is_told_of_it()
    {
        await using var bus = new EventBus();
        var notifications = new NotificationEvents(bus, _time);
        for (var i = 0; i < 60; i++)
            Say(notifications, "chatty");
        Say(notifications, "quiet");

        var heard = bus.History(new());
        Assert.Equal((51, "quiet"), (heard.Count, heard[^1].Text("server_id")));
        Assert.False(heard[^1].Data.TryGetProperty("skipped", out _));

        _time.Advance(TimeSpan.FromSeconds(1));
        Say(notifications, "quiet");
        Say(notifications, "chatty");
        heard = bus.History(new() { Limit = 2 });
        Assert.False(heard[0].Data.TryGetProperty("skipped", out _));
        Assert.Equal(("chatty", 10), (heard[1].Text("server_id"), heard[1].Data.GetProperty("skipped").GetInt32()));
    }

    [Fact(Timeout = 10_000)]
    public async Task Nothing_large_is_kept_be_it_parameters_or_a_name()
    {
        await using var bus = new EventBus();
        var notifications = new NotificationEvents(bus, _time);
        Say(notifications, "a", method: new string('x', 1024 * 1024));
        Assert.Empty(bus.History(new()));

        Say(notifications, "a", parameters: $$"""{"x":"{{new string('x', 1024 * 1024)}}"}""");
        var told = Assert.Single(bus.History(new()));
        Assert.Equal(("notifications/x", 1), (told.Text("method"), told.Data.GetProperty("skipped").GetInt32()));
        Assert.True(told.Data.GetProperty("params_left_out").GetBoolean());
    }

    [Fact(Timeout = 10_000)]
    public async Task Servers_that_are_gone_are_not_remembered_for_ever_and_those_that_talk_are()
    {
        await using var bus = new EventBus(new EventBusOptions { HistoryCapacity = 10_000 });
        var notifications = new NotificationEvents(bus, _time);
        for (var i = 0; i < 255; i++)
            Say(notifications, $"gone {i}");
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 50; i++)
            Say(notifications, "chatty");
        Say(notifications, "new");
        Say(notifications, "chatty"); // one too many, and that is still known

        Assert.Equal(255 + 50 + 1, bus.History(new() { Limit = 10_000 }).Count);
    }

    private static void Say(NotificationEvents notifications, string server, string method = "notifications/x", string parameters = "{}")
    {
        var message = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}}}""");
        notifications.OnNotification(server, message, JsonRpcEnvelope.Parse(message));
    }
}
