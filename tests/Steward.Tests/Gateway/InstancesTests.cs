using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Clients of servers of which several processes run side by side (<c>instances</c>).</summary>
public sealed class InstancesTests
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1.5); // more than the first wait with its jitter

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_goes_to_the_instance_with_the_fewest_at_work(bool isLegacy)
    {
        await using var rig = await StartAsync(3);
        using var legacy = await rig.OpenAsync();
        using var modern = rig.Modern();
        var servers = await LaunchedAsync(rig, 3);
        Task<JsonNode> Wait() => isLegacy ? legacy.CallToolAsync("a__wait") : modern.CallToolAsync("a__wait");

        var calls = new[] { Wait(), Wait(), Wait() };
        var requests = await Task.WhenAll(servers.Select(server => server.NextAsync("tools/call"))); // one each
        await servers[1].AnswerAsync(requests[1]);
        await Task.WhenAny(calls);
        var fourth = Wait();
        await servers[1].AnswerAsync(await servers[1].NextAsync("tools/call"));
        await fourth;
        Assert.DoesNotContain(servers, server => server.HasHeard("tools/call"));

        await servers[0].AnswerAsync(requests[0]);
        await servers[2].AnswerAsync(requests[2]);
        Assert.All(await Task.WhenAll(calls), answer => Assert.NotNull(answer["result"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_one_ends_the_others_have_its_calls_and_it_comes_back_by_itself()
    {
        await using var rig = await StartAsync(2);
        using var client = await rig.OpenAsync();
        var servers = await LaunchedAsync(rig, 2);
        using var news = await client.ListenAsync();
        var lost = client.CallToolAsync("a__wait");
        var other = client.CallToolAsync("a__wait");
        var requests = await Task.WhenAll(servers.Select(server => server.NextAsync("tools/call")));

        servers[0].Crash();
        var first = await Task.WhenAny(lost, other);
        Assert.Contains("'a'", (string?)(await first)["error"]!["message"], StringComparison.Ordinal);
        for (var echo = 0; echo < 10; echo++)
            Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
        var status = await rig.Manager.WaitForStatusAsync("a", static status => status.Instances!.Any(instance => instance.State == ServerState.Restarting), Cancelled);
        Assert.Equal((ServerState.Running, ServerHealth.Degraded), (status.State, status.Health));
        Assert.StartsWith("1 of 2 instances run; instance ", status.HealthReason, StringComparison.Ordinal);

        rig.Time.Advance(Retry);
        var back = await rig.LaunchedAsync("a");
        status = await rig.Manager.WaitForStatusAsync("a", static status => status.Instances!.All(instance => instance.State == ServerState.Running), Cancelled);
        Assert.Null(status.HealthReason);
        Assert.Equal(1, status.Instances!.Sum(static instance => instance.Restarts));
        Assert.Equal(0, status.Restarts);
        var call = client.CallToolAsync("a__wait");
        await back.AnswerAsync(await back.NextAsync("tools/call"));
        await servers[1].AnswerAsync(requests[1]);
        await Task.WhenAll(lost, other, call);
        servers[1].Tools.Add("more");
        await servers[1].SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        Assert.Equal("notifications/tools/list_changed", (string?)(await news.MessageAsync())["method"]); // the first that there was to be heard of
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_the_last_ends_the_server_is_started_anew_and_calls_wait_for_that()
    {
        await using var rig = await StartAsync(2);
        using var client = await rig.OpenAsync();
        foreach (var server in await LaunchedAsync(rig, 2))
            server.Crash();
        var status = await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Restarting, Cancelled);
        Assert.Contains("none of its 2 instances runs any more", status.LastError, StringComparison.Ordinal);
        Assert.Null(status.Instances);

        var call = client.CallToolAsync("a__echo");
        await Testing.Fleet.Until(() => rig.Gateway.Servers.Find("a")!.Line.Count == 1);
        rig.Time.Advance(Retry);

        Assert.Equal("a", (string?)(await call)["result"]!["server"]);
        Assert.Equal(1, rig.Manager.GetStatus("a").Restarts);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("a")]
    [InlineData("tasks")]
    public async Task Where_one_takes_no_calls_any_more_but_lives_the_others_have_them_all(string id)
    {
        var links = new ConcurrentDictionary<ScriptedServer, DeafLink>();
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server(id, 2)] }, server => server.Wrap = link => links[server] = new DeafLink(link));
        using var client = await rig.OpenAsync($"/servers/{id}/mcp");
        var servers = await LaunchedAsync(rig, 2, id);
        await client.CallToolAsync("echo");
        var deaf = Array.FindIndex(servers, static server => server.HasHeard("tools/call"));
        links[servers[deaf]].IsDeaf = true;

        var calls = Enumerable.Range(0, 6).Select(_ => client.CallToolAsync("wait")).ToArray();
        foreach (var _ in calls)
            await servers[1 - deaf].AnswerAsync(await servers[1 - deaf].NextAsync("tools/call"));

        Assert.All(await Task.WhenAll(calls), answer => Assert.NotNull(answer["result"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task One_speaks_for_all_and_where_it_ends_another_knows_what_clients_want_to_hear()
    {
        await using var rig = await StartAsync(2);
        using var client = await rig.OpenAsync();
        var servers = await LaunchedAsync(rig, 2);
        await client.CallAsync("logging/setLevel", """{"level":"debug"}""");
        foreach (var server in servers)
            Assert.Equal("debug", (string?)(await server.NextAsync("logging/setLevel"))["params"]!["level"]);
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        var lead = Array.FindIndex(servers, server => server.HasHeard("resources/subscribe"));

        servers[lead].Crash();
        var subscribing = await servers[1 - lead].NextAsync("resources/subscribe");
        Assert.Equal("a:1", (string?)subscribing["params"]!["uri"]);
        rig.Time.Advance(Retry);
        var back = await rig.LaunchedAsync("a");
        Assert.Equal("debug", (string?)(await back.NextAsync("logging/setLevel"))["params"]!["level"]);
        await rig.Gateway.CatchUpAsync();
        Assert.False(back.HasHeard("resources/subscribe"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_may_make_tasks_and_what_is_asked_about_them_goes_to_one()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("tasks", 2)] });
        using var client = await rig.OpenAsync("/servers/tasks/mcp");
        var servers = await LaunchedAsync(rig, 2, "tasks");
        var calls = Enumerable.Range(0, 4).Select(_ => client.CallToolAsync("echo")).ToArray();
        await Task.WhenAll(calls);

        Assert.Single(servers, server => server.HasHeard("tools/call"));
        Assert.NotNull((await client.CallAsync("resources/list"))["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_does_no_harm_twice_is_made_again_by_another_instance_at_once()
    {
        await using var rig = await GatewayRig.StartAsync(
            new StewardConfig { Servers = [Server("a", 2) with { Replay = ServerReplayMode.WhenAnnotated }] },
            static server => server.Definitions["read"] = """{"name":"read","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}""");
        using var client = await rig.OpenAsync();
        var servers = await LaunchedAsync(rig, 2);
        foreach (var server in servers)
            server.Keeps = "tools/call";
        var call = client.CallToolAsync("a__read");
        var heard = servers.Select(server => server.NextAsync("tools/call")).ToArray();
        var first = Array.IndexOf(heard, await Task.WhenAny(heard));

        servers[first].Crash();
        await servers[1 - first].AnswerAsync(await heard[1 - first], """{"again":true}""");
        Assert.True((bool?)(await call)["result"]!["again"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_puts_as_many_new_ones_in_the_place_of_all_and_calls_in_flight_finish()
    {
        await using var rig = await StartAsync(2);
        using var client = await rig.OpenAsync();
        var servers = await LaunchedAsync(rig, 2);
        var calls = new[] { client.CallToolAsync("a__wait"), client.CallToolAsync("a__wait") };
        var requests = await Task.WhenAll(servers.Select(server => server.NextAsync("tools/call")));

        var updating = rig.Manager.ApplyAsync(ConfigPlan.Between(
            new StewardConfig { Servers = rig.Manager.Configs }, new StewardConfig { Servers = [Server("a", 3) with { Url = "http://127.0.0.1:9/next" }] }), Cancelled);
        await rig.Manager.WaitForStatusAsync("a", static status => status.Update is { State: ServerUpdateState.Done }, Cancelled);
        var next = await LaunchedAsync(rig, 3);
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
        Assert.DoesNotContain(servers, server => server.HasHeard("tools/call"));
        foreach (var (server, request) in servers.Zip(requests))
            await server.AnswerAsync(request);

        Assert.All(await Task.WhenAll(calls), answer => Assert.NotNull(answer["result"]));
        await updating;
        await Task.WhenAll(servers.Select(server => server.Peer.Link.Closed));
        Assert.Equal(3, rig.Manager.GetStatus("a").Instances!.Count);
        Assert.Equal(3, next.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task All_rest_together_and_the_first_call_starts_all()
    {
        var minute = TimeSpan.FromMinutes(1);
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a", 2) with { IdleStop = minute }] });
        using var client = await rig.OpenAsync();
        var servers = await LaunchedAsync(rig, 2);
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        var heard = servers.Select(server => server.NextAsync("tools/call")).ToArray();
        var busy = Array.IndexOf(heard, await Task.WhenAny(heard));
        rig.Time.Advance(3 * minute);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);

        await servers[busy].AnswerAsync(await heard[busy]);
        using (var response = await call)
        using (var events = await SseReader.OpenAsync(response)) // for it has taken long by the clock of the test
            Assert.NotNull((await events.MessageAsync())["result"]);
        await RestAsync(rig, minute);
        Assert.Equal("a", (string?)(await client.CallToolAsync("a__echo"))["result"]!["server"]);
        await LaunchedAsync(rig, 2);
    }

    private static async Task RestAsync(GatewayRig rig, TimeSpan idle)
    {
        rig.Time.Advance(2 * idle);
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true }, Cancelled);
    }

    private static Task<GatewayRig> StartAsync(int instances) => GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a", instances)] });

    private static ServerConfig Server(string id, int instances) => GatewayRig.Server(id, ServerIsolation.Shared) with { Instances = instances, QueueTimeout = TimeSpan.FromSeconds(10) };

    private static async Task<ScriptedServer[]> LaunchedAsync(GatewayRig rig, int count, string id = "a")
    {
        var servers = new ScriptedServer[count];
        for (var i = 0; i < count; i++)
            servers[i] = await rig.LaunchedAsync(id);
        await rig.Manager.WaitForStatusAsync(id, status => status.Instances?.Count == count && status.Instances.All(static instance => instance.State == ServerState.Running), Cancelled);
        return servers;
    }

    /// <summary>A link that takes nothing any more from when the test says so.</summary>
    private sealed class DeafLink(ILink inner) : ILink
    {
        public bool IsDeaf { get; set; }

        public Task<string> Closed => inner.Closed;

        public void Start(ILinkReceiver receiver) => inner.Start(receiver);

        public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call) =>
            IsDeaf ? throw new LinkClosedException("it reads no more") : inner.SendAsync(message, edits, call);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
