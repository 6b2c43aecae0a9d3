using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Tests.Testing;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class UpstreamListeningTests : IAsyncDisposable
{
    private readonly FakeLink _link = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingHandler _handler = new();
    private readonly UpstreamConnection _connection;
    private readonly UpstreamListening _listening;

    public UpstreamListeningTests()
    {
        var traffic = new ListeningTraffic(_handler);
        _connection = new UpstreamConnection("s", _link, traffic, log: null, _time, NullLogger.Instance)
        {
            Server = HandshakeResult.ReadDiscovery(Messages.Utf8("""{"capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true}}}"""), ProtocolRevisions.Modern),
            Meta = Introduction.Shared.Meta,
        };
        _connection.Start();
        traffic.Listening = _listening = new UpstreamListening(_connection, _time, NullLogger.Instance);
        _listening.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _listening.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_server_announces_is_listened_to_from_the_start_and_passed_on_without_our_number()
    {
        var listen = await ExpectAsync("subscriptions/listen");
        Assert.Equal("""{"toolsListChanged":true}""", listen["params"]!["notifications"]!.ToJsonString());
        Assert.NotNull(listen["params"]!["_meta"]!["io.modelcontextprotocol/protocolVersion"]);
        Acknowledge(listen, """{"toolsListChanged":true}""");
        Tell(listen, "notifications/tools/list_changed", "");

        Assert.Equal("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{}}}""", Assert.Single(_handler.Notifications));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_new_wish_is_acknowledged_before_the_old_request_is_given_up_and_nothing_comes_twice()
    {
        var first = await ExpectAsync("subscriptions/listen");
        Acknowledge(first, """{"toolsListChanged":true}""");
        var subscribing = _listening.SubscribeAsync("a:1", TestContext.Current.CancellationToken);
        var second = await ExpectAsync("subscriptions/listen");
        Assert.Equal("""["a:1"]""", second["params"]!["notifications"]!["resourceSubscriptions"]!.ToJsonString());
        Assert.False(subscribing.IsCompleted);

        Tell(first, "notifications/tools/list_changed", "");
        Acknowledge(second, """{"toolsListChanged":true,"resourceSubscriptions":["a:1"]}""");
        Tell(first, "notifications/tools/list_changed", "");
        Tell(second, "notifications/resources/updated", ",\"uri\":\"a:1\"");
        await subscribing;

        Assert.Equal(2, _handler.Notifications.Count);
        var cancelled = await ExpectAsync("notifications/cancelled");
        Assert.Equal((long?)first["id"], (long?)cancelled["params"]!["requestId"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_each_request_has_a_stream_of_its_own_the_old_one_is_heard_a_little_longer()
    {
        _link.Transport = ServerTransport.Http;
        var first = await ExpectAsync("subscriptions/listen");
        Acknowledge(first, """{"toolsListChanged":true}""");
        var subscribing = _listening.SubscribeAsync("a:1", TestContext.Current.CancellationToken);
        var second = await ExpectAsync("subscriptions/listen");
        Acknowledge(second, """{"toolsListChanged":true,"resourceSubscriptions":["a:1"]}""");
        Tell(first, "notifications/tools/list_changed", ""); // said before, and late
        await subscribing;
        Assert.Single(_handler.Notifications);

        var cancelled = ExpectAsync("notifications/cancelled");
        while (!cancelled.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal((long?)first["id"], (long?)(await cancelled)["params"]!["requestId"]);
        Tell(first, "notifications/tools/list_changed", "");
        Assert.Single(_handler.Notifications);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_resource_that_the_server_does_not_report_on_is_refused()
    {
        Acknowledge(await ExpectAsync("subscriptions/listen"), """{"toolsListChanged":true}""");
        var subscribing = _listening.SubscribeAsync("a:1", TestContext.Current.CancellationToken);
        Acknowledge(await ExpectAsync("subscriptions/listen"), """{"toolsListChanged":true}""");

        Assert.Contains("a:1", (await Assert.ThrowsAsync<UpstreamErrorException>(() => subscribing)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_resource_that_the_server_refuses_does_not_keep_others_from_being_heard_of()
    {
        Acknowledge(await ExpectAsync("subscriptions/listen"), """{"toolsListChanged":true}""");
        var refused = _listening.SubscribeAsync("a:bad", TestContext.Current.CancellationToken);
        _link.Refuse(await ExpectAsync("subscriptions/listen"), -32602);
        await Assert.ThrowsAsync<UpstreamErrorException>(() => refused);

        var subscribing = _listening.SubscribeAsync("a:1", TestContext.Current.CancellationToken);
        var next = await ExpectAsync("subscriptions/listen");

        Assert.Equal("""["a:1"]""", next["params"]!["notifications"]!["resourceSubscriptions"]!.ToJsonString());
        Acknowledge(next, """{"toolsListChanged":true,"resourceSubscriptions":["a:1"]}""");
        await subscribing;
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_several_resources_that_the_server_refuses_together_each_is_asked_for_by_itself()
    {
        var first = await ExpectAsync("subscriptions/listen");
        Task[] subscribing = [SubscribeAsync("a:1"), SubscribeAsync("a:bad"), SubscribeAsync("a:2")];
        Acknowledge(first, """{"toolsListChanged":true}""");
        await RefuseAsync("""["a:1","a:bad","a:2"]""");

        await AgreeAsync("""["a:1"]""");
        await RefuseAsync("""["a:1","a:bad","a:2"]""");
        await RefuseAsync("""["a:1","a:bad"]""");
        await AgreeAsync("""["a:1","a:2"]""");

        await subscribing[0];
        await Assert.ThrowsAsync<UpstreamErrorException>(() => subscribing[1]);
        await subscribing[2];
    }

    [Fact(Timeout = 30_000)]
    public async Task A_resource_that_is_gone_when_the_server_is_back_silences_no_other()
    {
        var first = await ExpectAsync("subscriptions/listen");
        Task[] subscribing = [SubscribeAsync("a:1"), SubscribeAsync("a:2")];
        Acknowledge(first, """{"toolsListChanged":true}""");
        var second = await AgreeAsync("""["a:1","a:2"]""");
        await Task.WhenAll(subscribing);
        await Fleet.Until(() => _time.ArmedTimers == 0); // for the acknowledgement
        _link.Answer(second, """{"resultType":"complete"}""");
        await Fleet.Until(() => _time.ArmedTimers > 0); // for the pause
        _time.Advance(TimeSpan.FromSeconds(1));

        await RefuseAsync("""["a:1","a:2"]""");
        await RefuseAsync("""["a:1"]""");
        await AgreeAsync("""["a:2"]""");

        await SubscribeAsync("a:2"); // it is heard
        var third = SubscribeAsync("a:3");
        await AgreeAsync("""["a:2","a:3"]""");
        await third;
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_server_does_not_agree_to_any_more_is_not_asked_for_again()
    {
        var first = await ExpectAsync("subscriptions/listen");
        Task[] subscribing = [SubscribeAsync("a:1"), SubscribeAsync("a:2")];
        Acknowledge(first, """{"toolsListChanged":true}""");
        var second = await AgreeAsync("""["a:1","a:2"]""");
        await Task.WhenAll(subscribing);
        await Fleet.Until(() => _time.ArmedTimers == 0);
        _link.Answer(second, """{"resultType":"complete"}""");
        await Fleet.Until(() => _time.ArmedTimers > 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Acknowledge(await NextAsync("""["a:1","a:2"]"""), """{"toolsListChanged":true,"resourceSubscriptions":["a:2"]}""");

        var third = SubscribeAsync("a:3");
        await AgreeAsync("""["a:2","a:3"]""");
        await third;
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_the_server_ends_is_made_again_after_a_pause_and_the_lists_are_read_again(bool byAnswer)
    {
        var missed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _listening.Missed = missed.SetResult; // throws where it is told twice
        var first = await ExpectAsync("subscriptions/listen");
        Acknowledge(first, "{}");
        while (_time.ArmedTimers > 0) // for the acknowledgement
            await Task.Yield();
        if (byAnswer)
            _link.Answer(first, """{"resultType":"complete"}""");
        else
            _link.Say($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{first["id"]}}}}}""");

        while (_time.ArmedTimers == 0) // for the pause
            await Task.Yield();
        _time.Advance(TimeSpan.FromSeconds(1));

        var next = await _link.NextAsync();
        Assert.False(missed.Task.IsCompleted);
        Acknowledge(next, "{}");
        await missed.Task;
        Assert.Empty(_handler.Notifications);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_end_of_the_connection_cancels_the_request_and_refuses_who_waits()
    {
        var listen = await ExpectAsync("subscriptions/listen");
        var subscribing = _listening.SubscribeAsync("a:1", TestContext.Current.CancellationToken);

        await _listening.DisposeAsync();

        var cancelled = await ExpectAsync("notifications/cancelled");
        Assert.Equal((long?)listen["id"], (long?)cancelled["params"]!["requestId"]);
        await Assert.ThrowsAsync<UpstreamErrorException>(() => subscribing);
        await Assert.ThrowsAsync<UpstreamErrorException>(() => _listening.SubscribeAsync("a:2", TestContext.Current.CancellationToken));
        Assert.Equal(0, _connection.CallsInFlight);
    }

    private Task SubscribeAsync(string uri) => _listening.SubscribeAsync(uri, TestContext.Current.CancellationToken);

    private async Task RefuseAsync(string uris) => _link.Refuse(await NextAsync(uris), -32602);

    private async Task<JsonNode> AgreeAsync(string uris)
    {
        var listen = await NextAsync(uris);
        Acknowledge(listen, $$"""{"toolsListChanged":true,"resourceSubscriptions":{{uris}}}""");
        return listen;
    }

    /// <summary>The next request for resources; before it those may be given up that others have replaced.</summary>
    private async Task<JsonNode> NextAsync(string uris)
    {
        JsonNode listen;
        do
            listen = await _link.NextAsync();
        while ((string?)listen["method"] != "subscriptions/listen");
        Assert.Equal(InOrder(JsonNode.Parse(uris)!), InOrder(listen["params"]!["notifications"]!["resourceSubscriptions"]!));
        return listen;

        static IEnumerable<string> InOrder(JsonNode all) => all.AsArray().Select(static uri => (string)uri!).Order(StringComparer.Ordinal);
    }

    private async Task<JsonNode> ExpectAsync(string method)
    {
        var message = await _link.NextAsync();
        Assert.Equal(method, (string?)message["method"]);
        return message;
    }

    private void Acknowledge(JsonNode listen, string filter) =>
        Tell(listen, "notifications/subscriptions/acknowledged", $$""","notifications":{{filter}}""");

    private void Tell(JsonNode listen, string method, string more) =>
        _link.Say($$$$"""{"jsonrpc":"2.0","method":"{{{{method}}}}","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":{{{{listen["id"]}}}}}{{{{more}}}}}}""");
}
