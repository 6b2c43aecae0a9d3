using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Leases;
using Steward.Tests.Gateway.Parking;
using Xunit;

namespace Steward.Tests.Gateway.Leases;

public sealed class LeaseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Two_modern_clients_that_are_asked_at_once_are_told_apart()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var shared = await rig.LaunchedAsync("a");
        var one = new DirectClient(rig, name: "one");
        var two = new DirectClient(rig, name: "two", capabilities: """{"elicitation":{},"roots":{},"extensions":{"io.modelcontextprotocol/tasks":{},"x/y":{}}}""");
        var first = await one.WaitAsync();
        var firstRequest = await shared.NextAsync("tools/call");
        await shared.SayAsync(Questions.Form("1", "for one"));
        var firstAsked = await first.QuestionsAsync();

        var second = await two.WaitAsync();
        var own = await rig.LaunchedAsync("a");
        var secondRequest = await own.NextAsync("tools/call");
        await own.SayAsync(Questions.Form("1", "for two"));
        var secondAsked = await second.QuestionsAsync();

        Assert.Equal("""{"elicitation":{},"roots":{},"extensions":{"x/y":{}}}""", own.Opening!["capabilities"]!.ToJsonString());
        Assert.Equal("two", (string?)own.Opening["clientInfo"]!["name"]);
        Assert.Equal(("for one", "for two"), (Message(firstAsked), Message(secondAsked)));
        second = await two.WaitAsync(secondAsked, Questions.Responses(secondAsked, Questions.Accepted));
        Assert.Equal("1", (string?)(await own.NextAsync("answer"))["id"]);
        await own.AnswerAsync(secondRequest, """{"for":2}""");
        Assert.Equal(2, (int?)(await second.ResultAsync())["for"]);
        Assert.False(shared.HasHeard("answer"));
        first = await one.WaitAsync(firstAsked, Questions.Responses(firstAsked, Questions.Accepted));
        await shared.AnswerAsync(firstRequest, """{"for":1}""");
        Assert.Equal(1, (int?)(await first.ResultAsync())["for"]);
        await rig.Manager.WaitForStatusAsync("a", status => status is { SessionProcesses: 1, IsolationReason: not null }, Cancelled);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_question_to_a_session_is_enough_for_modern_clients_to_be_told_apart()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var shared = await rig.LaunchedAsync("a");
        using var session = await rig.OpenAsync(capabilities: """{"elicitation":{}}""");
        var call = session.PostAsync(session.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await shared.NextAsync("tools/call");
        await shared.SayAsync(Questions.Form("1"));
        using var stream = await SseReader.OpenAsync(await call);
        Assert.Equal("elicitation/create", (string?)(await stream.MessageAsync())["method"]);

        await new DirectClient(rig).WaitAsync();
        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
        await new DirectClient(rig, capabilities: """{"sampling":{}}""").WaitAsync();
        await shared.NextAsync("tools/call");

        await shared.AnswerAsync(request);
        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Whoever_is_alone_keeps_to_the_process_that_all_share()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var shared = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig, name: "one");
        var first = await client.WaitAsync();
        var request = await shared.NextAsync("tools/call");
        await shared.SayAsync(Questions.Form("1"));
        var asked = await first.QuestionsAsync();
        first = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        await shared.AnswerAsync(request);
        await first.ResultAsync();

        await client.WaitAsync();
        await shared.NextAsync("tools/call"); // what it did before is there

        await new DirectClient(rig, name: "two", capabilities: "{}").WaitAsync(); // it cannot be asked, but would make questions to the other uncertain
        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
        Assert.False(shared.HasHeard("tools/call"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_serves_one_call_after_the_other_of_its_own_client_only()
    {
        await using var rig = await GatewayRig.StartAsync(Session());
        await rig.LaunchedAsync("a");
        var one = new DirectClient(rig, name: "one");
        var first = await one.WaitAsync();
        var process = await rig.LaunchedAsync("a");
        await process.AnswerAsync(await process.NextAsync("tools/call"));
        await first.ResultAsync();

        var again = await one.WaitAsync();
        var request = await process.NextAsync("tools/call");
        await one.WaitAsync(); // while the first is in use
        var second = await rig.LaunchedAsync("a");
        await second.NextAsync("tools/call");
        await process.AnswerAsync(request);
        await again.ResultAsync();
        await new DirectClient(rig, name: "one", principal: "somebody").WaitAsync();

        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
        Assert.False(process.HasHeard("tools/call"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_whose_call_was_given_up_is_not_used_again()
    {
        await using var rig = await GatewayRig.StartAsync(Session());
        await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.WaitAsync();
        var process = await rig.LaunchedAsync("a");
        await process.NextAsync("tools/call");

        call.Exchange.Cancel("enough");
        await process.NextAsync("notifications/cancelled");

        await client.WaitAsync();
        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
    }

    [Fact(Timeout = 30_000)]
    public async Task Whoever_finds_all_processes_in_use_waits_for_one()
    {
        await using var rig = await GatewayRig.StartAsync(Session(limit: 1));
        await rig.LaunchedAsync("a");
        var one = new DirectClient(rig, name: "one");
        var first = await one.WaitAsync();
        var process = await rig.LaunchedAsync("a");
        var request = await process.NextAsync("tools/call");

        var sameWaits = one.WaitAsync();
        var otherWaits = new DirectClient(rig, name: "two").WaitAsync();
        await process.AnswerAsync(request);

        await first.ResultAsync();
        await sameWaits;
        await process.AnswerAsync(await process.NextAsync("tools/call"));
        await otherWaits;
        var replacing = await rig.LaunchedAsync("a");
        Assert.Equal("two", (string?)replacing.Opening!["clientInfo"]!["name"]);
        await replacing.NextAsync("tools/call");
        await rig.Manager.WaitForStatusAsync("a", status => status.SessionProcesses == 1, Cancelled);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_comes_at_the_very_moment_in_which_a_place_is_taken_finds_it_taken()
    {
        await using var rig = await GatewayRig.StartAsync(Session(limit: 1));
        await rig.LaunchedAsync("a");
        var parts = new GatewayParts(new GatewayLimits(), rig.Time, NullLoggerFactory.Instance);
        var (times, second) = (0, Task.FromException<LeasedProcess>(new InvalidOperationException()));
        LeasePool pool = null!;
        pool = new LeasePool(rig.Gateway.Servers.Find("a")!, limit: 1, Listen, rig.Host);

        var first = await pool.TakeAsync(Client("one"));

        Assert.False(second.IsCompleted);
        await rig.LaunchedAsync("a");
        Assert.False(rig.HasLaunched("a"));
        await first.StopAsync(Cancelled);
        pool.OnCalled(first);
        await second;
        await pool.StopAsync(Cancelled);

        LeaseTraffic Listen()
        {
            if (++times == 1)
                second = pool.TakeAsync(Client("two")); // between the look for a place and the start
            return new LeaseTraffic(parts.ParkedCalls, parts.TaskKeepers);
        }

        ModernClient Client(string name) => new(null, name, ClientCapabilities.None, rig.Time, channel: null) { Info = Encoding.UTF8.GetBytes($$"""{"name":"{{name}}","version":"1"}""") };
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_waits_for_ever()
    {
        await using var rig = await GatewayRig.StartAsync(Session(limit: 1));
        await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        await client.WaitAsync();
        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
        var waits = client.WaitAsync();

        rig.Time.Advance(TimeSpan.FromSeconds(30));

        var (code, message) = await (await waits).ErrorAsync();
        Assert.Equal(-32000, code);
        Assert.Contains("gateway.limits.leasedProcesses", message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_that_nobody_uses_is_ended()
    {
        await using var rig = await GatewayRig.StartAsync(Session());
        await rig.LaunchedAsync("a");
        var call = await new DirectClient(rig).WaitAsync();
        var process = await rig.LaunchedAsync("a");
        await process.AnswerAsync(await process.NextAsync("tools/call"));
        await call.ResultAsync();
        await rig.Manager.WaitForStatusAsync("a", status => status.SessionProcesses == 1, Cancelled);

        var ended = rig.Manager.WaitForStatusAsync("a", status => status.SessionProcesses == 0, Cancelled);
        while (!ended.IsCompleted)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await ended;
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_server_asks_before_its_first_call_is_asked_in_that_call()
    {
        await using var rig = await GatewayRig.StartAsync(Session(), server => _ = server.SayAsync(Questions.Roots("early")));
        await rig.LaunchedAsync("a");

        var call = await new DirectClient(rig).WaitAsync();
        var asked = await call.QuestionsAsync();

        Assert.Equal("roots/list", (string?)asked["inputRequests"]![Assert.Single(Questions.Keys(asked))]!["method"]);
    }

    private static string? Message(JsonNode asked) => (string?)asked["inputRequests"]![Assert.Single(Questions.Keys(asked))]!["params"]!["message"];

    private static StewardConfig Session(int limit = 8) => new()
    {
        Servers = [GatewayRig.Server("a", ServerIsolation.Session)],
        Gateway = new GatewayConfig { Limits = new GatewayLimits { LeasedProcesses = limit } },
    };
}
