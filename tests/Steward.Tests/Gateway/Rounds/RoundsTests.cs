using System.Net;
using System.Text.Json.Nodes;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway.Rounds;

public sealed class RoundsTests
{
    private const string All = """{"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{"listChanged":true},"tasks":{"list":{}}}""";
    private const string Form = """{"method":"elicitation/create","params":{"mode":"form","message":"who?","requestedSchema":{"type":"object","properties":{"n":{"type":"number"}}}}}""";
    private const string Sample = """{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1.0}}""";

    [Fact(Timeout = 30_000)]
    public async Task All_inputs_of_a_round_are_asked_at_once_and_go_up_with_the_request_sent_again()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.PostAsync(Call("""{"x": 1.0}"""));
        var first = await server.NextAsync("tools/call");

        await server.AnswerAsync(first, $$$"""{"resultType":"input_required","inputRequests":{"who":{{{Form}}},"what":{{{Sample}}},"where":{"method":"roots/list"}},"requestState":"s\u0041\/="}""");

        using var stream = await SseReader.OpenAsync(await call);
        var who = await stream.MessageAsync();
        var what = await stream.MessageAsync();
        var where = await stream.MessageAsync();
        Assert.Equal(["elicitation/create", "sampling/createMessage", "roots/list"], new[] { who, what, where }.Select(question => (string?)question["method"]));
        Assert.Equal("who?", (string?)who["params"]!["message"]);
        Assert.Equal("1.0", what["params"]!["maxTokens"]!.ToJsonString());
        await AnswerAsync(client, where, """{"roots":[]}""");
        await AnswerAsync(client, who, """{"action":"accept","content":{"n":1.50}}""");
        await AnswerAsync(client, what, """{"model":"m","role":"assistant","content":{"type":"text","text":"t"}}""");
        var second = await server.NextAsync("tools/call");
        Assert.NotEqual((long)first["id"]!, (long)second["id"]!);
        Assert.Equal("wait", (string?)second["params"]!["name"]);
        Assert.Equal("""{"x":1.0}""", second["params"]!["arguments"]!.ToJsonString());
        Assert.Equal("sA/=", (string?)second["params"]!["requestState"]);
        var responses = second["params"]!["inputResponses"]!;
        Assert.Equal("""{"action":"accept","content":{"n":1.50}}""", responses["who"]!.ToJsonString());
        Assert.Equal("""{"roots":[]}""", responses["where"]!.ToJsonString());
        Assert.Equal("m", (string?)responses["what"]!["model"]);
        Assert.Equal("2026-07-28", (string?)second["params"]!["_meta"]!["io.modelcontextprotocol/protocolVersion"]);

        await server.ProgressAsync(second, 2);
        await server.AnswerAsync(second, """{"resultType":"complete","content":[],"n":1}""");

        var progress = await stream.MessageAsync();
        Assert.Equal("t", (string?)progress["params"]!["progressToken"]);
        var answer = await stream.MessageAsync();
        Assert.Equal("call", (string?)answer["id"]);
        Assert.Equal(1, (int?)answer["result"]!["n"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Servers_are_told_what_the_client_can_do_in_the_words_of_their_era()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: """{"elicitation":{},"sampling":{"context":{}},"roots":{"listChanged":true},"tasks":{"list":{}},"experimental":{"x":{}},"extensions":{"io.modelcontextprotocol/tasks":{},"io.modelcontextprotocol/ui":{"a":1}}}""");
        await client.CallAsync("logging/setLevel", """{"level":"error"}""");

        await client.CallToolAsync("a__echo");

        var meta = (await server.NextAsync("tools/call"))["params"]!["_meta"]!;
        Assert.Equal(
            """{"elicitation":{"form":{}},"sampling":{"context":{}},"roots":{},"experimental":{"x":{}},"extensions":{"io.modelcontextprotocol/ui":{"a":1}}}""",
            meta["io.modelcontextprotocol/clientCapabilities"]!.ToJsonString());
        Assert.Equal("rig", (string?)meta["io.modelcontextprotocol/clientInfo"]!["name"]);
        Assert.Equal("error", (string?)meta["io.modelcontextprotocol/logLevel"]);
        Assert.False(server.HasHeard("logging/setLevel"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_visit_to_a_page_gets_the_id_that_legacy_clients_want()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.PostAsync(Call());
        await server.AnswerAsync(
            await server.NextAsync("tools/call"),
            """{"resultType":"input_required","inputRequests":{"page":{"method":"elicitation/create","params":{"mode":"url","message":"go","url":"https://example.com/"}}}}""");

        using var stream = await SseReader.OpenAsync(await call);
        var page = await stream.MessageAsync();
        Assert.Equal(32, ((string)page["params"]!["elicitationId"]!).Length);
        await AnswerAsync(client, page, """{"action":"decline"}""");

        var again = await server.NextAsync("tools/call");
        Assert.Equal("decline", (string?)again["params"]!["inputResponses"]!["page"]!["action"]);
        Assert.Null(again["params"]!["requestState"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("""{"sampling":{}}""", Form, "elicitation/create")]
    [InlineData("""{"elicitation":{},"sampling":{}}""", """{"method":"elicitation/create","params":{"mode":"url","message":"go","url":"https://example.com/"}}""", "elicitation/create")]
    [InlineData("""{"sampling":{}}""", """{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1,"tools":[]}}""", "sampling/createMessage")]
    [InlineData("""{"sampling":{}}""", """{"method":"tasks/get","params":{}}""", "does not know")]
    [InlineData("""{"sampling":{}}""", "1", "does not know")]
    public async Task Nobody_is_asked_for_what_he_did_not_declare(string capabilities, string request, string told)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: capabilities);
        var call = client.CallToolAsync("a__wait");

        await server.AnswerAsync(await server.NextAsync("tools/call"), $$$"""{"resultType":"input_required","inputRequests":{"fine":{{{Sample.Replace("1.0", "1", StringComparison.Ordinal)}}},"x":{{{request}}}}}""");

        var error = (await call)["error"]!;
        Assert.Equal(-32603, (int?)error["code"]);
        Assert.Contains(told, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_error_of_the_client_ends_the_call_and_takes_the_other_questions_back()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.PostAsync(Call());
        await server.AnswerAsync(await server.NextAsync("tools/call"), $$$"""{"resultType":"input_required","inputRequests":{"a":{{{Form}}},"b":{{{Sample}}}}}""");
        using var stream = await SseReader.OpenAsync(await call);
        var form = await stream.MessageAsync();
        var sample = await stream.MessageAsync();

        await client.PostAsync($$$"""{"jsonrpc":"2.0","id":{{{sample["id"]!.ToJsonString()}}},"error":{"code":-1,"message":"User rejected"}}""");

        var withdrawn = await stream.MessageAsync();
        Assert.Equal("notifications/cancelled", (string?)withdrawn["method"]);
        Assert.Equal((long)form["id"]!, (long)withdrawn["params"]!["requestId"]!);
        var error = (await stream.MessageAsync())["error"]!;
        Assert.Equal(-1, (int?)error["code"]);
        Assert.Contains("User rejected", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Null(await stream.NextAsync());
        await AnswerAsync(client, form, """{"action":"accept"}""");
        await client.CallToolAsync("a__echo");
        Assert.Equal("echo", (string?)(await server.NextAsync("tools/call"))["params"]!["name"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_state_alone_is_sent_back_at_once_and_not_for_ever()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync();
        var call = client.CallToolAsync("a__wait");
        for (var round = 0; round <= 10; round++)
        {
            var request = await server.NextAsync("tools/call");
            Assert.Equal(round == 0 ? null : $"s{round - 1}", (string?)request["params"]!["requestState"]);
            Assert.Null(request["params"]!["inputResponses"]);
            await server.AnswerAsync(request, $$"""{"resultType":"input_required","requestState":"s{{round}}"}""");
        }

        var error = (await call)["error"]!;
        Assert.Equal(-32603, (int?)error["code"]);
        Assert.Contains("10 times", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_goes_while_he_is_asked_is_asked_no_more(bool bySession)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.PostAsync(Call());
        await server.AnswerAsync(await server.NextAsync("tools/call"), $$$"""{"resultType":"input_required","inputRequests":{"a":{{{Form}}}}}""");
        using var stream = await SseReader.OpenAsync(await call);
        var form = await stream.MessageAsync();

        if (bySession)
        {
            Assert.True((await client.DeleteAsync()).IsSuccessStatusCode);
        }
        else
        {
            await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"call"}}""");
            Assert.Equal((long)form["id"]!, (long)(await stream.MessageAsync())["params"]!["requestId"]!);
            Assert.Null(await stream.NextAsync());
            await AnswerAsync(client, form, """{"action":"accept"}""");
        }

        using var other = await rig.OpenAsync();
        await other.CallToolAsync("a__echo");
        Assert.Equal("echo", (string?)(await server.NextAsync("tools/call"))["params"]!["name"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_retry_can_be_cancelled_like_the_first_request()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.PostAsync(Call());
        await server.AnswerAsync(await server.NextAsync("tools/call"), $$$"""{"resultType":"input_required","inputRequests":{"a":{{{Form}}}}}""");
        using var stream = await SseReader.OpenAsync(await call);
        await AnswerAsync(client, await stream.MessageAsync(), """{"action":"accept"}""");
        var second = await server.NextAsync("tools/call");

        await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"call"}}""");

        Assert.Equal((long)second["id"]!, (long)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]!);
        Assert.Null(await stream.NextAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_never_answers_is_not_waited_for_for_ever()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.PostAsync(Call());
        await server.AnswerAsync(await server.NextAsync("tools/call"), $$$"""{"resultType":"input_required","inputRequests":{"a":{{{Form}}}}}""");
        using var stream = await SseReader.OpenAsync(await call);
        var form = await stream.MessageAsync();

        rig.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal((long)form["id"]!, (long)(await stream.MessageAsync())["params"]!["requestId"]!);
        Assert.Equal(-32001, (int?)(await stream.MessageAsync())["error"]!["code"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("""{"content":[],"structuredContent":[1],"resultType":"complete"}""", """{"content":[{"type":"text","text":"[1]"}],"resultType":"complete"}""")]
    [InlineData("""{"structuredContent":null,"content":[{"type":"text","text":"null"}]}""", """{"content":[{"type":"text","text":"null"}]}""")]
    [InlineData("""{"structuredContent":{"a":[1]},"content":[]}""", """{"structuredContent":{"a":[1]},"content":[]}""")]
    public async Task Structured_content_that_is_no_object_becomes_text(string given, string got)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync();
        var call = client.CallToolAsync("a__wait");

        await server.AnswerAsync(await server.NextAsync("tools/call"), given);

        Assert.Equal(got, (await call)["result"]!.ToJsonString());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("resources/read", """{"code":-32602,"message":"Resource not found","data":{"uri":"a:1"}}""", -32002, "Resource not found")]
    [InlineData("resources/read", """{"code":-32602,"message":"bad"}""", -32602, "bad")]
    [InlineData("prompts/get", """{"code":-32602,"message":"bad","data":{"uri":"a:1"}}""", -32602, "bad")]
    [InlineData("prompts/get", """{"code":-32021,"message":"?","data":{"requiredCapabilities":{"roots":{}}}}""", -32021, "{\"roots\":{}}")]
    public async Task Errors_are_told_in_the_clients_words(string method, string given, int code, string told)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync();
        var call = client.CallAsync(method, """{"name":"a__ask","uri":"a:1"}""");
        var request = await server.NextAsync(method);

        await server.SayAsync($$"""{"jsonrpc":"2.0","id":{{request["id"]!.ToJsonString()}},"error":{{given}}}""");

        var error = (await call)["error"]!;
        Assert.Equal(code, (int?)error["code"]);
        Assert.Contains(told, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_only_modern_clients_say_is_not_taken_from_a_legacy_one()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync();
        const string parameters = """{"requestState":"mine","name":"a__echo","inputResponses":{},"_meta":{"io.modelcontextprotocol/clientCapabilities":{"roots":{}},"io.modelcontextprotocol/logLevel":"debug","x":1}}""";

        await client.CallAsync("tools/call", parameters);

        var sent = (await server.NextAsync("tools/call"))["params"]!;
        Assert.Equal("echo", (string?)sent["name"]);
        Assert.Null(sent["requestState"]);
        Assert.Null(sent["inputResponses"]);
        Assert.Equal("""{}""", sent["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!.ToJsonString());
        Assert.Equal("info", (string?)sent["_meta"]!["io.modelcontextprotocol/logLevel"]);
        Assert.Equal(1, (int?)sent["_meta"]!["x"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("""{"resultType":"task","task":{"taskId":"1"}}""", "\"task\"")]
    [InlineData("""{"resultType":"input_required"}""", "without saying which")]
    [InlineData("""{"resultType":"input_required","requestState":1}""", "no string")]
    [InlineData("""{"resultType":"input_required","inputRequests":[]}""", "no object")]
    public async Task Results_that_no_client_could_read_are_errors(string given, string told)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.CallToolAsync("a__wait");

        await server.AnswerAsync(await server.NextAsync("tools/call"), given);

        Assert.Contains(told, (string)(await call)["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Only_calls_prompts_and_resources_may_ask()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await ModernAsync(rig);
        using var client = await rig.OpenAsync(capabilities: All);
        var call = client.CallAsync("completion/complete", """{"ref":{"type":"ref/prompt","name":"a__ask"},"argument":{"name":"x","value":""}}""");

        await server.AnswerAsync(await server.NextAsync("completion/complete"), $$$"""{"resultType":"input_required","inputRequests":{"a":{{{Form}}}}}""");

        Assert.Contains("completion/complete", (string)(await call)["error"]!["message"]!, StringComparison.Ordinal);
    }

    private static string Call(string arguments = "{}") =>
        $$$$"""{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"a__wait","arguments":{{{{arguments}}}},"_meta":{"progressToken":"t"}}}""";

    private static async Task AnswerAsync(RigClient client, JsonNode question, string result)
    {
        using var response = await client.PostAsync($$"""{"jsonrpc":"2.0","id":{{question["id"]!.ToJsonString()}},"result":{{result}}}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private static async Task<ScriptedServer> ModernAsync(GatewayRig rig)
    {
        var server = await rig.LaunchedAsync("a");
        var connection = rig.Gateway.Servers.Find("a")!.Run!.Connection;
        connection.Server = connection.Server with { Revision = ProtocolRevisions.Modern };
        return server;
    }
}
