using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Subscriptions to resources that cross a start, an end, a rest, or each other.</summary>
public sealed class SubscriptionRaceTests
{
    private const string Subscribe = "resources/subscribe";
    private const string Unsubscribe = "resources/unsubscribe";
    private const string Resource = """{"uri":"a:1"}""";
    private const string Filter = """
        "notifications":{"resourceSubscriptions":["a:1"]}
        """;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1.5); // more than the first wait with its jitter
    private static readonly TimeSpan FirstStarts = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _readsOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_session_that_ends_while_it_waits_for_its_server_is_subscribed_to_nothing()
    {
        await using var rig = await StartingAsync();
        var server = await rig.LaunchedAsync("a");
        using var client = new RigClient(new Uri(rig.Url, "/mcp"));
        await client.InitializeAsync();
        var session = rig.Gateway.Sessions.All.Single();
        var message = Encoding.UTF8.GetBytes(client.Message(Subscribe, Resource));

        var asked = McpGateway.RequestAsync(session, message, JsonRpcEnvelope.Parse(message));
        Assert.False(asked.IsCompleted);
        (await client.DeleteAsync()).Dispose();
        _readsOn.SetResult();
        await asked;

        Assert.Empty(Subscriptions(rig).Uris);
        await server.NextAsync(Unsubscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_whose_client_goes_while_it_is_opened_is_held_nowhere()
    {
        await using var rig = await StartingAsync();
        var server = await rig.LaunchedAsync("a");
        var clients = rig.Gateway.ClientsOn(new EventStream(0, EventStreamLimits.Unrepeated));

        var opening = ListenAsync(rig, clients);
        Assert.False(opening.IsCompleted);
        foreach (var subscription in clients.All.Single().Subscriptions)
            rig.Gateway.Close(subscription);
        _readsOn.SetResult();
        await opening;

        Assert.Empty(Subscriptions(rig).Uris);
        await server.NextAsync(Unsubscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_that_a_closed_channel_brings_is_closed_as_those_before_were()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("a");
        using var channel = new ClientChannel(rig.Gateway, Endpoint(rig), principal: null, NullLogger.Instance);
        channel.Close("its client went away");

        await channel.ReceiveAsync(RentedFrame.Copy(Listen(rig)));

        await server.NextAsync(Subscribe);
        await server.NextAsync(Unsubscribe);
        Assert.Empty(Subscriptions(rig).Uris);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_that_ends_from_our_side_is_held_nowhere_though_its_channel_goes_on()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("a");
        var clients = rig.Gateway.ClientsOn(new EventStream(0, EventStreamLimits.Unrepeated));
        var subscription = (await ListenAsync(rig, clients)).Subscription!;
        Assert.NotEmpty(Subscriptions(rig).Uris);

        subscription.Complete();

        Assert.Empty(Subscriptions(rig).Uris);
        Assert.Empty(clients.All.Single().Subscriptions);
        await server.NextAsync(Unsubscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_restarted_by_hand_is_promised_and_told_when_it_is_back()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var caller = await rig.OpenAsync();
        using var modern = rig.Modern();
        var call = caller.CallToolAsync("a__wait");
        var draining = await first.NextAsync("tools/call");
        var restarting = rig.Manager.RestartServerAsync("a", Cancelled);
        await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Stopping, Cancelled);
        await rig.Gateway.CatchUpAsync();

        using var stream = await modern.StreamAsync("subscriptions/listen", Filter);

        Assert.Equal(["a:1"], await PromisedAsync(stream));
        await first.AnswerAsync(draining);
        await call;
        await restarting;
        await (await rig.LaunchedAsync("a")).NextAsync(Subscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_not_promised_is_not_heard_of_later_either()
    {
        await using var rig = await StartAsync();
        await rig.Manager.StopServerAsync("a", Cancelled);
        using var modern = rig.Modern("/servers/a/mcp");

        using var stream = await modern.StreamAsync("subscriptions/listen", Filter);

        Assert.Empty(await PromisedAsync(stream));
        Assert.Empty(Subscriptions(rig).Uris);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_waits_for_a_first_start_that_takes_long()
    {
        await using var rig = await StartingAsync();
        using var modern = rig.Modern();
        rig.Time.Advance(FirstStarts);
        var opening = modern.StreamAsync("subscriptions/listen", Filter);
        await WaitAsync(rig);

        _readsOn.SetResult();

        using var stream = await opening;
        Assert.Equal(["a:1"], await PromisedAsync(stream));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_that_subscribes_right_after_a_crash_waits_for_the_next_run()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        Server(rig).Run!.Connection.FailAll("It has crashed, and nobody but its connection knows.");

        var subscribing = client.CallAsync(Subscribe, Resource);
        await WaitAsync(rig);
        await RestartAsync(rig, first);

        Assert.NotNull((await subscribing)["result"]);
        await (await rig.LaunchedAsync("a")).NextAsync(Subscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_right_after_a_crash_is_promised_and_told_to_the_next_run()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var modern = rig.Modern();
        Server(rig).Run!.Connection.FailAll("It has crashed, and nobody but its connection knows.");

        using var stream = await modern.StreamAsync("subscriptions/listen", Filter);

        Assert.Equal(["a:1"], await PromisedAsync(stream));
        await RestartAsync(rig, first);
        await (await rig.LaunchedAsync("a")).NextAsync(Subscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_was_put_to_rest_while_somebody_subscribed_is_started_again()
    {
        var idle = TimeSpan.FromMinutes(1);
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a") with { Start = ServerStart.Lazy, IdleStop = idle }] });
        await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        rig.Time.Advance(idle);
        rig.Time.Advance(idle);
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true }, Cancelled);
        while (rig.HasLaunched("a"))
            await rig.LaunchedAsync("a"); // for its lists

        Subscriptions(rig).Add("a:1", rig.Gateway.Sessions.All.Single()); // as one does who has just seen it run
        await rig.Gateway.CatchUpAsync();

        await (await rig.LaunchedAsync("a")).NextAsync(Subscribe);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_subscribes_while_the_last_one_before_unsubscribes_is_heard_of_after_that()
    {
        await using var rig = await GatewayRig.StartAsync(static server => server.Keeps = Unsubscribe, "a");
        var server = await rig.LaunchedAsync("a");
        using var first = await rig.OpenAsync();
        using var second = await rig.OpenAsync();
        await first.CallAsync(Subscribe, Resource);
        await server.NextAsync(Subscribe);

        var leaving = first.CallAsync(Unsubscribe, Resource);
        var unsubscribe = await server.NextAsync(Unsubscribe);
        await second.CallAsync(Subscribe, Resource);
        await server.NextAsync(Subscribe);
        server.Keeps = null; // none at the end of the test either
        await server.AnswerAsync(unsubscribe, "{}");

        await server.NextAsync(Subscribe);
        Assert.NotNull((await leaving)["result"]);
    }

    private static ServerConfig Config => GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10) };

    private static Task<GatewayRig> StartAsync() => GatewayRig.StartAsync(new StewardConfig { Servers = [Config] });

    /// <summary>A rig whose server does not say a word before the test lets it.</summary>
    private Task<GatewayRig> StartingAsync() => GatewayRig.StartAsync(new StewardConfig { Servers = [Config] }, server => server.ReadsOn = _readsOn.Task, waits: false);

    private static GatewayServer Server(GatewayRig rig) => rig.Gateway.Servers.Find("a")!;

    private static SubscriptionTable Subscriptions(GatewayRig rig) => Server(rig).Subscriptions;

    private static GatewayEndpoint Endpoint(GatewayRig rig) => rig.Gateway.Find(new GatewayTarget(GatewayTargetKind.Server, "a"))!;

    private static byte[] Listen(GatewayRig rig)
    {
        using var client = rig.Modern();
        return Encoding.UTF8.GetBytes(client.Message("subscriptions/listen", Filter));
    }

    private static Task<Reply> ListenAsync(GatewayRig rig, ModernClients clients)
    {
        var message = Listen(rig);
        return rig.Gateway.RequestModernAsync(clients, Endpoint(rig), principal: null, message, JsonRpcEnvelope.Parse(message)).AsTask();
    }

    private static async Task<IEnumerable<string?>> PromisedAsync(SseReader stream) =>
        ((await stream.MessageAsync())["params"]!["notifications"]!["resourceSubscriptions"] as JsonArray ?? []).Select(uri => (string?)uri);

    private static Task WaitAsync(GatewayRig rig) => Fleet.Until(() => Server(rig).Line.Count == 1);

    private static async Task RestartAsync(GatewayRig rig, ScriptedServer server)
    {
        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Restarting, Cancelled);
        rig.Time.Advance(Retry);
    }
}
