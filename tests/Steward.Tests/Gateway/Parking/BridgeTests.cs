using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Gateway.Parking;

/// <summary>What a client of the modern era sees of a server of the legacy era beside its questions.</summary>
public sealed class BridgeTests
{
    private const string Page = """{"mode":"url","elicitationId":"e1","url":"https://example.org/in","message":"Please sign in"}""";

    [Fact(Timeout = 30_000)]
    public async Task A_legacy_server_is_not_told_what_only_the_modern_era_says()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        await new DirectClient(rig).WaitAsync(meta: ""","progressToken":"p","mine":1 """);

        var request = await server.NextAsync("tools/call");

        Assert.Equal($$"""{"progressToken":{{request["id"]}},"mine":1}""", request["params"]!["_meta"]!.ToJsonString());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{}", "form")]
    [InlineData("""{"sampling":{},"roots":{}}""", "form")]
    [InlineData("""{"elicitation":{"url":{}}}""", "form")]
    [InlineData("""{"elicitation":{}}""", "url")]
    [InlineData("""{"elicitation":{}}""", "sampling")]
    [InlineData("""{"elicitation":{}}""", "roots")]
    [InlineData("""{"sampling":{}}""", "tools")]
    public async Task What_a_client_did_not_declare_it_is_not_asked_and_the_server_goes_on_without(string capabilities, string question)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var call = await new DirectClient(rig, capabilities).WaitAsync();
        var request = await server.NextAsync("tools/call");

        await server.SayAsync(question switch
        {
            "form" => Questions.Form("1"),
            "url" => $$"""{"jsonrpc":"2.0","id":"1","method":"elicitation/create","params":{{Page}}}""",
            "sampling" => Questions.Sampling("1"),
            "tools" => Questions.Sampling("1", ""","tools":[]"""),
            _ => Questions.Roots("1"),
        });

        var refusal = await server.NextAsync("answer");
        Assert.Equal(("1", -32601), ((string?)refusal["id"], (int?)refusal["error"]!["code"]));
        Assert.Contains("did not declare", (string)refusal["error"]!["message"]!, StringComparison.Ordinal);
        await server.AnswerAsync(request);
        Assert.Equal("complete", (string?)(await call.ResultAsync())["resultType"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_that_takes_no_input_is_never_answered_by_questions()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.SendAsync("completion/complete", """{"ref":{"type":"ref/prompt","name":"a__ask"},"argument":{"name":"x","value":""}}""");
        var request = await server.NextAsync("completion/complete");

        await server.SayAsync(Questions.Form("1"));

        Assert.Equal(-32601, (int?)(await server.NextAsync("answer"))["error"]!["code"]);
        await server.AnswerAsync(request, """{"completion":{"values":[]}}""");
        Assert.Equal("complete", (string?)(await call.ResultAsync())["resultType"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("prompts/get", """{"name":"a__ask"}""")]
    [InlineData("resources/read", """{"uri":"a:1"}""")]
    public async Task Prompts_and_resources_take_input_as_tools_do(string method, string parameters)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.SendAsync(method, parameters);
        var request = await server.NextAsync(method);
        await server.SayAsync(Questions.Sampling("1", ""","includeContext":"thisServer","toolChoice":{"mode":"auto"},"task":{"ttl":1}"""));

        var asked = await call.QuestionsAsync();
        Assert.Equal("""{"messages":[],"maxTokens":10}""", asked["inputRequests"]![Questions.Keys(asked)[0]]!["params"]!.ToJsonString());
        var retry = await client.SendAsync(method, parameters, asked, Questions.Responses(asked, Questions.Sampled));

        await server.NextAsync("answer");
        await server.AnswerAsync(request, """{"contents":[],"messages":[]}""");
        var result = await retry.ResultAsync();
        Assert.Equal("complete", (string?)result["resultType"]);
        Assert.Equal(method == "resources/read", result["ttlMs"] is not null && result["cacheScope"] is not null);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_page_to_visit_is_a_question_and_the_server_learns_of_the_consent()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, request) = await client.ParkAsync(server, $$"""{"jsonrpc":"2.0","id":9,"method":"elicitation/create","params":{{Page}}}""");

        Assert.Equal("""{"mode":"url","url":"https://example.org/in","message":"Please sign in"}""", asked["inputRequests"]![Questions.Keys(asked)[0]]!["params"]!.ToJsonString());
        var retry = await client.WaitAsync(asked, Questions.Responses(asked, """{"action":"accept"}"""));
        Assert.Equal("""{"jsonrpc":"2.0","id":9,"result":{"action":"accept"}}""", (await server.NextAsync("answer")).ToJsonString());
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e1"}}""");
        await server.AnswerAsync(request);

        Assert.Equal("complete", (string?)(await retry.ResultAsync())["resultType"]); // and nothing before it
    }

    [Fact(Timeout = 30_000)]
    public async Task An_error_that_asks_for_a_visit_is_a_question_and_the_retry_is_the_call_made_again()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var call = await client.WaitAsync();
        await SendToPageAsync(server);

        var asked = await call.QuestionsAsync();
        Assert.Null(asked["requestState"]);
        Assert.Equal("""{"page-1":{"method":"elicitation/create","params":{"mode":"url","url":"https://example.org/in","message":"Please sign in"}}}""", asked["inputRequests"]!.ToJsonString());

        var retry = await client.WaitAsync(asked, Questions.Responses(asked, """{"action":"accept"}"""));
        await server.AnswerAsync(await server.NextAsync("tools/call"));
        Assert.Equal("complete", (string?)(await retry.ResultAsync())["resultType"]);

        // Who declines gets the server's error, and is not asked for ever.
        var declined = await client.WaitAsync(asked, Questions.Responses(asked, """{"action":"decline"}"""));
        await SendToPageAsync(server);
        Assert.Equal(-32042, (await declined.ErrorAsync()).Code);

        // So does who cannot be sent anywhere.
        var unable = await new DirectClient(rig, """{"elicitation":{}}""").WaitAsync();
        await SendToPageAsync(server);
        Assert.Equal(-32042, (await unable.ErrorAsync()).Code);
    }

    [Fact(Timeout = 30_000)]
    public async Task Errors_have_the_codes_of_the_clients_era_and_keep_their_data()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var call = await new DirectClient(rig).SendAsync("resources/read", """{"uri":"a:1"}""");
        var request = await server.NextAsync("resources/read");

        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{request["id"]}}},"error":{"message":"gone","code": -32002 ,"data":["a:1"]}}""");

        Assert.Equal("""{"message":"gone","code":-32602,"data":["a:1"]}""", (await call.NextAsync())!["error"]!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_parked_call_does_not_time_out_while_its_user_thinks()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a") with { RequestTimeout = TimeSpan.FromSeconds(60) }] });
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        rig.Time.Advance(TimeSpan.FromSeconds(300));
        Assert.False(server.HasHeard("notifications/cancelled"));
        var retry = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        await server.NextAsync("answer");
        rig.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(-32001, (await retry.ErrorAsync()).Code);
        await server.NextAsync("notifications/cancelled");
    }

    [Fact(Timeout = 30_000)]
    public async Task The_number_of_parked_calls_is_bounded_and_measured()
    {
        var parked = 0L;
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => { if (instrument.Name == "steward.calls.parked") listener.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, change, tags, _) => { if (Equals(tags[0].Value, "bounded-a")) Interlocked.Add(ref parked, change); });
        listener.Start();
        string[] ids = ["bounded-a", "bounded-b", "bounded-c"];
        await using var rig = await GatewayRig.StartAsync(new StewardConfig
        {
            Servers = [.. ids.Select(id => GatewayRig.Server(id))],
            Gateway = new GatewayConfig { Limits = new GatewayLimits { ParkedCalls = 2, ParkedCallsPerClient = 1 } },
        });
        var (anna, bert) = (new DirectClient(rig, principal: "anna"), new DirectClient(rig, principal: "bert"));
        var (a, b, c) = (await rig.LaunchedAsync(ids[0]), await rig.LaunchedAsync(ids[1]), await rig.LaunchedAsync(ids[2]));
        async Task<(DirectCall Call, JsonNode Request)> AskAsync(DirectClient client, ScriptedServer server)
        {
            var call = await client.SendAsync("tools/call", $$"""{"name":"{{server.Id}}__wait"}""");
            var request = await server.NextAsync("tools/call");
            await server.SayAsync(Questions.Form("1"));
            return (call, request);
        }

        var (first, _) = await AskAsync(anna, a);
        var asked = await first.QuestionsAsync();
        Assert.Equal(1, Interlocked.Read(ref parked));
        var (_, request) = await AskAsync(anna, b);
        Assert.Contains("parkedCallsPerClient", (string)(await b.NextAsync("answer"))["error"]!["message"]!, StringComparison.Ordinal);
        await b.AnswerAsync(request);
        await (await AskAsync(bert, c)).Call.QuestionsAsync();
        await Questions.HeardAsync(b);
        await AskAsync(new DirectClient(rig, principal: "carl"), b);
        Assert.Contains("gateway.limits.parkedCalls)", (string)(await b.NextAsync("answer"))["error"]!["message"]!, StringComparison.Ordinal);

        await anna.SendAsync("tools/call", """{"name":"bounded-a__wait"}""", asked, Questions.Responses(asked, Questions.Accepted));
        await a.NextAsync("answer");
        Assert.Equal(0, Interlocked.Read(ref parked));
        Assert.False(c.HasHeard("notifications/cancelled"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_that_wants_log_messages_makes_the_server_say_them_and_no_request_after_it_asks_again()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        const string debug = ""","io.modelcontextprotocol/logLevel":"debug" """;
        const string warning = ""","io.modelcontextprotocol/logLevel":"warning" """;
        async Task EchoAsync(string meta) => await (await client.SendAsync("tools/call", """{"name":"a__echo"}""", meta: meta)).ResultAsync();

        await EchoAsync(warning);
        Assert.Equal("info", (string?)(await server.NextAsync("logging/setLevel"))["params"]!["level"]); // what sessions count on
        await EchoAsync(debug);
        Assert.Equal("debug", (string?)(await server.NextAsync("logging/setLevel"))["params"]!["level"]);
        await EchoAsync(debug);
        await EchoAsync(warning);
        await EchoAsync("");
        Assert.False(server.HasHeard("logging/setLevel"));

        var call = await client.WaitAsync(meta: warning);
        var request = await server.NextAsync("tools/call");
        foreach (var level in (string[])["debug", "info", "error"])
            await server.SayAsync($$$"""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"{{{level}}}","data":1} }""");
        Assert.Equal("error", (string?)(await call.NextAsync())!["params"]!["level"]);
        await server.AnswerAsync(request);
        await call.ResultAsync();

        rig.Time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal("info", (string?)(await server.NextAsync("logging/setLevel"))["params"]!["level"]);
    }

    private static async Task SendToPageAsync(ScriptedServer server)
    {
        var request = await server.NextAsync("tools/call");
        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{request["id"]}}},"error":{"code":-32042,"message":"Sign in first","data":{"elicitations":[{{{Page}}}]} } }""");
    }

}
