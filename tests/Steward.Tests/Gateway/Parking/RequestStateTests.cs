using System.Text.Json.Nodes;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Gateway.Parking;

/// <summary>A state is good once, for its own client, its own request, and not for ever; whatever else is tried harms nobody.</summary>
public sealed class RequestStateTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_state_that_was_not_given_here_is_refused()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);
        var state = (string)asked["requestState"]!;
        var middle = state.Length / 2;

        foreach (var forged in (string[])["", "x", "====", "é", state[1..], state + "A", state[..middle] + (state[middle] == 'A' ? 'B' : 'A') + state[(middle + 1)..]])
            await AssertRefusedAsync(client, With(asked, forged), "none that was given here");
        await AssertStillGoodAsync(client, server, asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_state_is_good_once()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);
        var (one, other) = (client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted)), client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted)));
        await server.NextAsync("answer");

        await AssertRefusedAsync(client, asked, "has been used already");

        Assert.Single(await Task.WhenAll(one, other), call => call.HasExchange);
        Assert.False(server.HasHeard("answer"));
        Assert.False(server.HasHeard("notifications/cancelled"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_state_of_an_earlier_round_is_refused()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);
        var again = await (await client.WaitAsync(asked)).QuestionsAsync();

        await AssertRefusedAsync(client, asked, "has been used already");
        await AssertStillGoodAsync(client, server, again);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_state_of_somebody_else_is_refused_and_his_call_goes_on()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig, principal: "anna");
        var (asked, _) = await client.ParkAsync(server);

        await AssertRefusedAsync(new DirectClient(rig, principal: "bert"), asked, "another client");
        await AssertRefusedAsync(new DirectClient(rig), asked, "another client");
        var elsewhere = await client.SendAsync("tools/call", """{"name":"b__wait","arguments":{"n":1}}""", asked);
        Assert.Contains("another server", (await elsewhere.ErrorAsync()).Message, StringComparison.Ordinal);
        await AssertStillGoodAsync(client, server, asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_state_of_another_request_is_refused()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        foreach (var arguments in (string[])["""{"n":2}""", """{"n":"1"}""", """{"n":1,"m":1}""", "{}"])
            Assert.Contains("other parameters", (await (await client.WaitAsync(asked, arguments: arguments)).ErrorAsync()).Message, StringComparison.Ordinal);
        var otherMethod = await client.SendAsync("prompts/get", """{"name":"a__ask","arguments":{"n":1}}""", asked);
        Assert.Contains("another method", (await otherMethod.ErrorAsync()).Message, StringComparison.Ordinal);
        var otherEndpoint = await new DirectClient(rig, path: "a").WaitAsync(asked);
        Assert.Contains("other parameters", (await otherEndpoint.ErrorAsync()).Message, StringComparison.Ordinal);
        await AssertStillGoodAsync(client, server, asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_to_which_nobody_comes_back_is_cancelled()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig
        {
            Servers = [GatewayRig.Server("a")],
            Gateway = new GatewayConfig { Limits = new GatewayLimits { ParkedLife = TimeSpan.FromSeconds(20) } },
        });
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        rig.Time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(server.HasHeard("notifications/cancelled"));
        rig.Time.Advance(TimeSpan.FromSeconds(6));

        await server.NextAsync("notifications/cancelled");
        Assert.Equal("1", (string?)(await server.NextAsync("answer"))["id"]);
        await AssertRefusedAsync(client, asked, "has expired");
    }

    [Fact(Timeout = 30_000)]
    public async Task The_end_of_the_gateway_ends_parked_calls()
    {
        ScriptedServer server;
        await using (var rig = await GatewayRig.StartAsync("a"))
        {
            server = await rig.LaunchedAsync("a");
            await new DirectClient(rig).ParkAsync(server);
        }

        Assert.Equal("Steward stops.", (string?)(await server.NextAsync("notifications/cancelled"))["params"]!["reason"]);
        Assert.Equal("1", (string?)(await server.NextAsync("answer"))["id"]);
    }

    private static async Task AssertRefusedAsync(DirectClient client, JsonNode asked, string reason)
    {
        var (code, message) = await (await client.WaitAsync(asked, """{"1":{"action":"accept"}}""")).ErrorAsync();
        Assert.Equal(-32602, code);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains("Make the request anew", message, StringComparison.Ordinal);
    }

    private static async Task AssertStillGoodAsync(DirectClient client, ScriptedServer server, JsonNode asked)
    {
        await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted), arguments: """ { "n" : 1.0 } """);
        Assert.Equal("1", (string?)(await server.NextAsync("answer"))["id"]);
        Assert.False(server.HasHeard("notifications/cancelled"));
    }

    private static JsonNode With(JsonNode asked, string state)
    {
        var other = asked.DeepClone();
        other["requestState"] = state;
        return other;
    }
}
