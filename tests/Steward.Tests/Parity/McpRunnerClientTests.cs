using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Supervision;
using Steward.Tests.Clients;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>mcp_runner's <c>McpClient</c>: what a program asks of a server, and what it gets.</summary>
public sealed class McpRunnerClientTests
{
    private const string Weather = """
        {"name":"weather","description":"Tells the weather","inputSchema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]},
        "outputSchema":{"type":"object","properties":{"degrees":{"type":"number"}}}}
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, a tool without a description was dropped.</summary>
    [Fact(Timeout = 10_000)]
    public async Task Tools_are_listed_with_name_description_and_both_schemas_and_need_no_description()
    {
        await using var rig = await LibraryRig.StartAsync(
            server =>
            {
                server.Tools.Clear();
                server.Definitions["weather"] = Weather.ReplaceLineEndings("");
                server.Definitions["bare"] = """{"name":"bare","inputSchema":{"type":"object"}}""";
            },
            new McpServerManagerOptions(),
            "a");

        var tools = await rig.Manager.ListToolsAsync("a", Cancelled);

        Assert.Equal([("weather", "Tells the weather"), ("bare", "")], tools.Select(tool => (tool.Name, tool.Description)));
        Assert.Equal("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""", tools[0].JsonSchema.GetRawText());
        Assert.Equal("""{"type":"object","properties":{"degrees":{"type":"number"}}}""", tools[0].ReturnJsonSchema!.Value.GetRawText());
        Assert.Null(tools[1].ReturnJsonSchema);
    }

    [Fact(Timeout = 10_000)]
    public async Task Typed_arguments_reach_the_server_and_a_typed_result_comes_back()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var arguments = JsonSerializer.SerializeToElement(new Question("Oslo", [1, 2])).EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value);
        var call = rig.Manager.CallToolAsync("a", "wait", arguments, cancellationToken: Cancelled);
        var request = await server.NextAsync("tools/call");
        await server.AnswerAsync(request, """{"content":[],"structuredContent":{"Degrees":-3.5,"Words":["cold"],"result":"kept"}}""");
        var result = await call;

        Assert.Equal("""{"name":"wait","arguments":{"City":"Oslo","Days":[1,2]}}""", WithoutMeta(request["params"]!).ToJsonString());
        var answer = result.StructuredContent!.Value.Deserialize<Answer>()!;
        Assert.Equal((-3.5, "cold"), (answer.Degrees, Assert.Single(answer.Words)));
        Assert.Equal("kept", result.StructuredContent.Value.GetProperty("result").GetString()); // there, a member of that name took the place of all
    }

    [Fact(Timeout = 10_000)]
    public async Task Resources_are_listed_with_their_kind_and_read()
    {
        await using var rig = await LibraryRig.StartAsync(
            server => server.Answer = message => (string?)message["method"] switch
            {
                "resources/list" => """{"resources":[{"uri":"file:///a","name":"a","description":"A file","mimeType":"text/plain"},{"uri":"file:///b","name":"b"}]}""".AsResult(),
                "resources/read" => $$"""{"contents":[{"uri":{{message["params"]!["uri"]!.ToJsonString()}},"mimeType":"text/plain","text":"inside"}]}""".AsResult(),
                _ => null,
            },
            new McpServerManagerOptions(),
            "a");
        var server = await rig.LaunchedAsync("a");

        var resources = await rig.Manager.ListResourcesAsync("a", Cancelled);
        var read = await rig.Manager.ReadResourceAsync("a", "file:///a", Cancelled);

        Assert.Equal([("file:///a", "a", "A file", "text/plain"), ("file:///b", "b", null, null)], resources.Select(resource => (resource.Uri, resource.Name, resource.Description, resource.MimeType)));
        Assert.Equal("inside", Assert.IsType<TextResourceContents>(Assert.Single(read.Contents)).Text);
        Assert.Equal("""{"uri":"file:///a"}""", WithoutMeta((await server.NextAsync("resources/read"))["params"]!).ToJsonString()); // there, the method was one that MCP does not have
    }

    /// <summary>There, each look at the tools began with a notification of a handshake that had never been made.</summary>
    [Fact(Timeout = 10_000)]
    public async Task The_handshake_is_made_once_for_each_run_however_many_ask()
    {
        var handshakes = 0;
        await using var rig = await LibraryRig.StartAsync(
            server => server.Answer = message =>
            {
                if ((string?)message["method"] is "initialize" or "notifications/initialized")
                    Interlocked.Increment(ref handshakes);
                return null;
            },
            new McpServerManagerOptions(),
            "a");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            await rig.Manager.GetClientAsync("a", Cancelled);
            await rig.Manager.ListToolsAsync("a", Cancelled);
        }));
        Assert.Equal(2, handshakes);

        await rig.Manager.RestartServerAsync("a", Cancelled);
        await rig.Manager.ListToolsAsync("a", Cancelled);
        Assert.Equal(4, handshakes);
    }

    [Fact(Timeout = 10_000)]
    public async Task Arguments_of_which_no_JSON_can_be_made_never_reach_the_server()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        server.HasHeard("whatever came before");

        await Assert.ThrowsAnyAsync<NotSupportedException>(() => rig.Manager.CallToolAsync("a", "echo", new Dictionary<string, object?> { ["odd"] = new Action(() => { }) }, cancellationToken: Cancelled));

        await rig.Manager.ListToolsAsync("a", Cancelled);
        Assert.False(server.HasHeard("tools/call"));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("\"text\"")]
    [InlineData("""{"content":"text"}""")]
    [InlineData("""{"content":[{"text":"of no type"}]}""")]
    public async Task A_result_that_is_none_fails_its_own_call_and_no_other(string result)
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var bad = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        var badRequest = await server.NextAsync("tools/call");
        var good = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        var goodRequest = await server.NextAsync("tools/call");

        await server.AnswerAsync(badRequest, result);
        await server.AnswerAsync(goodRequest, """{"content":[{"type":"text","text":"fine"}]}""");

        await Assert.ThrowsAnyAsync<JsonException>(() => bad);
        Assert.Equal("fine", Assert.IsType<TextContentBlock>(Assert.Single((await good).Content)).Text);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);
    }

    /// <summary>There, only the words of an error were kept.</summary>
    [Fact(Timeout = 10_000)]
    public async Task What_breaks_below_says_to_the_caller_what_it_was()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var refused = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        var request = await server.NextAsync("tools/call");
        await server.SayAsync($$$$"""{"jsonrpc":"2.0","id":{{{{request["id"]!.ToJsonString()}}}},"error":{"code":-32050,"message":"no ink","data":{"tray":2}}}""");
        var refusal = await Assert.ThrowsAsync<ModelContextProtocol.McpProtocolException>(() => refused);
        Assert.Equal((-32050, "no ink", "2"), ((int)refusal.ErrorCode, refusal.Message, refusal.Data["tray"]!.ToString()));

        var broken = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        await server.NextAsync("tools/call");
        server.Crash();
        Assert.Equal("a", (await Assert.ThrowsAsync<UncertainResultException>(() => broken)).ServerId);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_request_without_parameters_has_none_and_one_of_any_method_can_be_made()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        var bare = rig.Manager.SendRequestAsync("a", "custom/bare", cancellationToken: Cancelled);
        var request = await server.NextAsync("custom/bare");
        await server.AnswerAsync(request, "[1,null]");

        Assert.Equal("2.0", (string?)request["jsonrpc"]);
        Assert.False(request.AsObject().ContainsKey("params"), request.ToJsonString());
        Assert.Equal("[1,null]", (await bare).GetRawText());
    }

    private static JsonObject WithoutMeta(JsonNode parameters)
    {
        var members = parameters.DeepClone().AsObject();
        members.Remove("_meta");
        return members;
    }

    private sealed record Question(string City, int[] Days);

    private sealed record Answer(double Degrees, string[] Words);
}
