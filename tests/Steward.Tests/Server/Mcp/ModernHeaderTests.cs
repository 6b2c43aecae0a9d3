using System.Net;
using System.Text;
using Steward.Configuration;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

/// <summary>Headers of the modern era repeat what the body says; what differs is refused.</summary>
public sealed class ModernHeaderTests
{
    private const string Annotated = """
        {"name":"sql","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"limit":{"type":"integer","x-mcp-header":"Limit"},
        "dry":{"type":"boolean","x-mcp-header":"Dry"},"where":{"type":"object","properties":{"zone":{"type":"string","x-mcp-header":"Zone"}}},"query":{"type":"string"}}}}
        """;

    [Theory(Timeout = 30_000)]
    [InlineData("MCP-Protocol-Version", null)]
    [InlineData("MCP-Protocol-Version", "2025-11-25")]
    [InlineData("Mcp-Method", null)]
    [InlineData("Mcp-Method", "tools/list")]
    [InlineData("Mcp-Method", "TOOLS/CALL")]
    [InlineData("Mcp-Name", null)]
    [InlineData("Mcp-Name", "a__wait")]
    [InlineData("Mcp-Name", "=?base64?YV9fd2FpdA==?=")]
    [InlineData("Mcp-Name", "=?base64?nonsense?=")]
    [InlineData("Mcp-Name", "=?base64?/w==?=")]
    public async Task A_header_that_is_missing_or_differs_is_refused(string header, string? value)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(client.Message("tools/call", "\"name\":\"a__echo\""), request =>
        {
            request.Headers.Remove(header);
            if (value is not null)
                request.Headers.Add(header, value);
        });

        Assert.Contains(header, await MismatchAsync(response), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("  a__echo  ")]
    [InlineData("=?base64?YV9fZWNobw==?=")]
    public async Task A_name_may_be_padded_or_encoded(string value)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(client.Message("tools/call", "\"name\":\"a__echo\""), request => Replace(request, "Mcp-Name", value));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("prompts/get", "\"name\":\"ask\"", "no")]
    [InlineData("resources/read", "\"uri\":\"a:1\"", "a:2")]
    public async Task Prompts_and_resources_have_names_in_headers_too(string method, string parameters, string wrong)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(client.Message(method, parameters), request => Replace(request, "Mcp-Name", wrong));

        Assert.Contains(wrong, await MismatchAsync(response), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_name_beyond_ASCII_is_compared_by_its_characters()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();
        var encoded = $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes("grüße"))}?=";

        using var response = await client.PostAsync(client.Message("tools/call", """ "name":"gr\u00fc\u00dfe" """), request => Replace(request, "Mcp-Name", encoded));

        Assert.Equal(-32602, (int)(await RigClient.JsonAsync(response))["error"]!["code"]!); // only: there is no such tool
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{}")]
    [InlineData("""{"region":null,"limit":null,"dry":null,"where":null}""")]
    [InlineData("""{"where":{"zone":null}}""")]
    [InlineData("""{"region":"us-west1"}""", "Region: us-west1")]
    [InlineData("""{"region":"us-west1"}""", "region: =?base64?dXMtd2VzdDE=?=")]
    [InlineData("""{"region":"=?base64?x?="}""", "Region: =?base64?PT9iYXNlNjQ/eD89?=")]
    [InlineData("""{"limit":42}""", "Limit: 42.0")]
    [InlineData("""{"limit":4.2e1}""", "Limit: 42")]
    [InlineData("""{"limit":-7,"dry":true}""", "Limit: -7", "Dry: true")]
    [InlineData("""{"where":{"zone":"b"},"query":"q"}""", "Zone: b", "Unknown: x")]
    public async Task Arguments_are_repeated_in_the_headers_that_the_tool_names(string arguments, params string[] headers) =>
        Assert.Equal(HttpStatusCode.OK, (await CallAnnotatedAsync(arguments, headers)).StatusCode);

    [Theory(Timeout = 30_000)]
    [InlineData("""{"region":"us-west1"}""")]
    [InlineData("""{"region":"us-west1"}""", "Region: us-west2")]
    [InlineData("""{"region":"us-west1"}""", "Region: =?base64?dXMtd2VzdDI=?=")]
    [InlineData("""{"region":"us-west1"}""", "Region: =?base64?dXM?=")]
    [InlineData("""{"region":"ü"}""", "Region: ü")]
    [InlineData("{}", "Region: us-west1")]
    [InlineData("""{"region":null}""", "Region: null")]
    [InlineData("""{"region":"a","region":"b"}""", "Region: b")]
    [InlineData("""{"region":["a"]}""", "Region: a")]
    [InlineData("""{"limit":42}""", "Limit: 43")]
    [InlineData("""{"limit":42}""", "Limit: forty-two")]
    [InlineData("""{"limit":9007199254740993}""", "Limit: 9007199254740992")]
    [InlineData("""{"dry":true}""", "Dry: True")]
    [InlineData("""{"where":{"zone":"b"}}""", "Zone: c")]
    public async Task Arguments_that_differ_from_their_headers_are_refused(string arguments, params string[] headers) =>
        await MismatchAsync(await CallAnnotatedAsync(arguments, headers));

    [Fact(Timeout = 30_000)]
    public async Task On_the_merged_endpoint_names_are_those_that_it_shows()
    {
        using var response = await CallAnnotatedAsync("""{"region":"a"}""", ["Region: b"], "/mcp", "a__sql");

        Assert.Contains("Mcp-Param-Region", await MismatchAsync(response), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/mcp", "a__sql")]
    [InlineData("/servers/a/mcp", "sql")]
    public async Task A_call_that_came_before_its_server_was_up_is_compared_too(string path, string tool)
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a")] }, static server =>
        {
            server.Definitions["sql"] = Annotated.ReplaceLineEndings("");
            server.Keeps = "initialize";
        }, waits: false);
        var server = await rig.LaunchedAsync("a");
        var opening = await server.NextAsync("initialize");
        using var client = rig.Modern(path);

        var early = client.PostAsync(client.Message("tools/call", $$"""
            "name":"{{tool}}","arguments":{"region":"a"}
            """), static request => request.Headers.TryAddWithoutValidation("Mcp-Param-Region", "b"));
        using var other = rig.Modern();
        await other.CallAsync("server/discover"); // the call is in by now, for it was sent before this was
        await server.AnswerAsync(opening, """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}""");

        using var response = await early;
        Assert.Contains("Mcp-Param-Region", await MismatchAsync(response), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> CallAnnotatedAsync(string arguments, string[] headers, string path = "/servers/a/mcp", string tool = "sql")
    {
        await using var rig = await GatewayRig.StartAsync(server => server.Definitions["sql"] = Annotated.ReplaceLineEndings(""), "a");
        using var client = rig.Modern(path);
        return await client.PostAsync(client.Message("tools/call", $$"""
            "name":"{{tool}}","arguments":{{arguments}}
            """), request =>
        {
            foreach (var header in headers)
                request.Headers.TryAddWithoutValidation("Mcp-Param-" + header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 2)..]);
        });
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, value);
    }

    private static async Task<string> MismatchAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var message = await RigClient.JsonAsync(response);
        Assert.Equal((-32020, 1), ((int)message["error"]!["code"]!, (int)message["id"]!));
        return (string)message["error"]!["message"]!;
    }
}
