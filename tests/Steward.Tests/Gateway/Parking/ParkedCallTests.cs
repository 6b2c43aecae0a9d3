using System.Text;
using Steward.Configuration;
using Steward.Tests.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway.Parking;

public sealed class ParkedCallTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_question_becomes_a_result_and_the_retry_goes_on_with_the_same_call()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var first = await client.WaitAsync(meta: ""","progressToken":"p1" """);
        var request = await server.NextAsync("tools/call");
        await server.ProgressAsync(request, 1);
        Assert.Equal("p1", (string?)(await first.NextAsync())!["params"]!["progressToken"]);

        await server.SayAsync(Questions.Form("their 1"));
        var asked = await first.QuestionsAsync();
        Assert.Null(await first.NextAsync());

        var question = asked["inputRequests"]![Assert.Single(Questions.Keys(asked))]!;
        Assert.Equal(
            """{"method":"elicitation/create","params":{"mode":"form","message":"Who are you?","requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"x":1.0},"_meta":{"mine":1}}}""",
            question.ToJsonString());
        Assert.Equal("scripted", (string?)asked["_meta"]!["io.modelcontextprotocol/serverInfo"]!["name"]);
        Assert.DoesNotContain('=', (string)asked["requestState"]!);

        var retry = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted), meta: ""","progressToken":"p2" """);
        Assert.Equal($$"""{"jsonrpc":"2.0","id":"their 1","result":{{Questions.Accepted}}}""", (await server.NextAsync("answer")).ToJsonString());
        await server.ProgressAsync(request, 2);
        Assert.Equal("p2", (string?)(await retry.NextAsync())!["params"]!["progressToken"]);
        await server.AnswerAsync(request, """{"content":[],"done":true}""");
        var result = await retry.ResultAsync();
        Assert.True((bool?)result["done"]);
        Assert.Equal("complete", (string?)result["resultType"]);
        Assert.False(server.HasHeard("tools/call"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_further_question_is_a_further_round()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.WaitAsync();
        var request = await server.NextAsync("tools/call");

        foreach (var (question, response) in ((string, string)[])[(Questions.Form("1"), Questions.Accepted), (Questions.Sampling("2"), Questions.Sampled), (Questions.Roots("3"), Questions.Rooted)])
        {
            await server.SayAsync(question);
            var asked = await call.QuestionsAsync();
            call = await client.WaitAsync(asked, Questions.Responses(asked, response));
            Assert.Equal(response, (await server.NextAsync("answer"))["result"]!.ToJsonString());
        }

        await server.AnswerAsync(request);
        Assert.Equal("complete", (string?)(await call.ResultAsync())["resultType"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_retry_that_is_cancelled_in_the_moment_in_which_it_goes_on_gives_the_call_up()
    {
        HookedLink? link = null;
        await using var rig = await GatewayRig.StartAsync(server => server.Wrap = inner => link = new HookedLink(inner), "a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.WaitAsync();
        var request = await server.NextAsync("tools/call");
        await server.SayAsync(Questions.Form("their 1"));
        var asked = await call.QuestionsAsync();
        link!.Sending = message =>
        {
            // The only one that it has in flight: the retry, whose answers are just being sent.
            if (message.Contains("octocat", StringComparison.Ordinal))
                Enumerable.Range(1, 20).Select(id => call.Exchange.Owner.Find(Encoding.UTF8.GetBytes($"{id}"))).First(exchange => exchange is not null)!.Cancel("not any more");
        };

        var retry = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));

        Assert.Null(await retry.NextAsync());
        var cancelled = await server.NextAsync("notifications/cancelled");
        Assert.Equal(request["id"]!.ToJsonString(), cancelled["params"]!["requestId"]!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Questions_that_come_meanwhile_wait_for_the_retry_and_come_together()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, request) = await client.ParkAsync(server);
        await server.SayAsync(Questions.Sampling("2"));
        await server.SayAsync(Questions.Roots("3"));
        await Questions.HeardAsync(server);

        var second = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        var askedAgain = await second.QuestionsAsync();

        Assert.Equal("1", (string?)(await server.NextAsync("answer"))["id"]);
        var keys = Questions.Keys(askedAgain);
        Assert.Equal(["sampling/createMessage", "roots/list"], keys.Select(key => (string?)askedAgain["inputRequests"]![key]!["method"]));
        Assert.DoesNotContain(Questions.Keys(asked)[0], keys);
        var third = await client.WaitAsync(askedAgain, $$"""{"{{keys[0]}}":{{Questions.Sampled}},"{{keys[1]}}":{{Questions.Rooted}}}""");
        Assert.Equal("2", (string?)(await server.NextAsync("answer"))["id"]);
        Assert.Equal("3", (string?)(await server.NextAsync("answer"))["id"]);
        await server.AnswerAsync(request);
        Assert.NotNull(await third.ResultAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_missing_is_asked_again_and_what_nobody_asked_is_ignored()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, request) = await client.ParkAsync(server);

        var call = await client.WaitAsync(asked, """{"what is this":{"action":"accept"}}""");
        var again = await call.QuestionsAsync();
        Assert.Equal(asked["inputRequests"]!.ToJsonString(), again["inputRequests"]!.ToJsonString());
        Assert.NotEqual((string?)asked["requestState"], (string?)again["requestState"]);
        Assert.False(server.HasHeard("answer"));

        call = await client.WaitAsync(again, Questions.Responses(again, """{"action":"decline"}"""));
        Assert.Equal("decline", (string?)(await server.NextAsync("answer"))["result"]!["action"]);
        await server.AnswerAsync(request);
        Assert.NotNull(await call.ResultAsync());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("[]", "must be an object: a response for each key")]
    [InlineData("""{"1":7}""", "params.inputResponses.1: must be an object")]
    [InlineData("""{"1":{"action":"yes"}}""", "action must be")]
    [InlineData("""{"1":{"content":{}}}""", "action must be")]
    [InlineData("""{"1":{"action":"accept","content":[]}}""", "content must be")]
    public async Task A_malformed_response_is_refused_and_can_be_mended(string responses, string reason)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        var (code, message) = await (await client.WaitAsync(asked, responses)).ErrorAsync();

        Assert.Equal(-32602, code);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.False(server.HasHeard("answer"));
        await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        Assert.Equal("1", (string?)(await server.NextAsync("answer"))["id"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Two_questions_at_once_may_come_in_one_result()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.WaitAsync();
        var request = await server.NextAsync("tools/call");
        await server.SayAsync(Questions.Form("1"));
        await server.SayAsync(Questions.Form("2"));

        // How many come together is a matter of time; each of them is asked once.
        var answered = 0;
        while (answered < 2)
        {
            var asked = await call.QuestionsAsync();
            answered += Questions.Keys(asked).Length;
            call = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        }

        Assert.Equal("1", (string?)(await server.NextAsync("answer"))["id"]);
        Assert.Equal("2", (string?)(await server.NextAsync("answer"))["id"]);
        await server.AnswerAsync(request);
        Assert.NotNull(await call.ResultAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_server_says_while_the_call_is_parked_comes_with_the_retry()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        const string meta = ""","progressToken":5,"io.modelcontextprotocol/logLevel":"info" """;
        var (asked, request) = await client.ParkAsync(server, meta: meta);
        await server.ProgressAsync(request, 1);
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"careful"}}""");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"debug","data":"not asked for"}}""");
        await server.AnswerAsync(request, """{"content":[],"without":"you"}""");
        await Questions.HeardAsync(server);

        var retry = await client.WaitAsync(asked, meta: meta);

        Assert.Equal(1, (int?)(await retry.NextAsync())!["params"]!["progress"]);
        Assert.Equal("careful", (string?)(await retry.NextAsync())!["params"]!["data"]);
        Assert.Equal("you", (string?)(await retry.ResultAsync())["without"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_question_that_the_server_withdraws_is_not_asked_again()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, request) = await client.ParkAsync(server);
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}}""");
        await server.SayAsync(Questions.Form("2"));
        await Questions.HeardAsync(server);

        var second = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        var again = await second.QuestionsAsync();
        Assert.NotEqual(Questions.Keys(asked), Questions.Keys(again));
        var third = await client.WaitAsync(again, Questions.Responses(again, Questions.Accepted));

        Assert.Equal("2", (string?)(await server.NextAsync("answer"))["id"]); // the first one never
        await server.AnswerAsync(request);
        Assert.NotNull(await third.ResultAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_dies_meanwhile_is_reported_to_the_retry()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State != Steward.Supervision.ServerState.Running, TestContext.Current.CancellationToken);
        var (code, _) = await (await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted))).ErrorAsync();

        Assert.Equal(-32000, code);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_dies_after_the_retry_is_reported_to_it()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);
        var retry = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        await server.NextAsync("answer");

        server.Crash();

        Assert.Equal(-32000, (await retry.ErrorAsync()).Code);
    }

    [Fact(Timeout = 30_000)]
    public async Task Cancelling_a_request_cancels_the_call_until_it_is_answered_and_never_after()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var first = await client.WaitAsync();
        var request = await server.NextAsync("tools/call");
        await server.SayAsync(Questions.Form("1"));
        var asked = await first.QuestionsAsync();

        first.Exchange.Cancel("The connection broke."); // it has been answered: its client has the questions
        Assert.False(server.HasHeard("notifications/cancelled"));
        var retry = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        await server.NextAsync("answer");
        retry.Exchange.Cancel("The connection broke.");

        Assert.Null(await retry.NextAsync());
        Assert.Equal((long?)request["id"], (long?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
        Assert.Equal(-32602, (await (await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted))).ErrorAsync()).Code);
    }

    [Fact(Timeout = 30_000)]
    public async Task Cancelling_before_any_question_cancels_the_call()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var call = await new DirectClient(rig).WaitAsync();
        var request = await server.NextAsync("tools/call");

        call.Exchange.Cancel("enough");

        Assert.Null(await call.NextAsync());
        Assert.Equal((long?)request["id"], (long?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
        await server.SayAsync(Questions.Form("late"));
        Assert.Equal(-32601, (int?)(await server.NextAsync("answer"))["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Two_clients_never_see_each_others_questions()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a", ServerIsolation.Shared), GatewayRig.Server("b")] });
        var (one, other) = (await rig.LaunchedAsync("a"), await rig.LaunchedAsync("b"));
        var (anna, bert) = (new DirectClient(rig, principal: "anna"), new DirectClient(rig, principal: "bert"));
        var (annasQuestions, _) = await anna.ParkAsync(one, Questions.Form("1", "Anna?"));

        // The same server: while both have calls there nobody can know whose question it is, so it goes to none of them.
        var berts = await bert.WaitAsync();
        var bertsRequest = await one.NextAsync("tools/call");
        await one.SayAsync(Questions.Form("2", "Bert?"));
        Assert.Equal("2", (string?)(await one.NextAsync("answer"))["id"]);
        await one.AnswerAsync(bertsRequest);
        Assert.Equal("complete", (string?)(await berts.ResultAsync())["resultType"]);

        // Another server, in the same moment.
        var elsewhere = await bert.SendAsync("tools/call", """{"name":"b__wait","arguments":{"n":1}}""");
        await other.NextAsync("tools/call");
        await other.SayAsync(Questions.Form("1", "Bert?"));
        var bertsQuestions = await elsewhere.QuestionsAsync();
        Assert.DoesNotContain("Anna", bertsQuestions.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Bert", annasQuestions.ToJsonString(), StringComparison.Ordinal);

        await anna.WaitAsync(annasQuestions, Questions.Responses(annasQuestions, """{"action":"accept","content":{"name":"anna"}}"""));
        Assert.Equal("anna", (string?)(await one.NextAsync("answer"))["result"]!["content"]!["name"]);
        Assert.False(other.HasHeard("answer"));
    }
}
