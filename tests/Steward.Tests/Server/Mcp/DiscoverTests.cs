using System.Net;
using System.Text.Json.Nodes;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

/// <summary>What clients of the modern era learn of Steward and of its servers.</summary>
public sealed class DiscoverTests
{
    private const string ServerInfo = "io.modelcontextprotocol/serverInfo";

    [Fact(Timeout = 30_000)]
    public async Task The_merged_endpoint_speaks_for_itself()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        var result = (await client.CallAsync("server/discover"))["result"]!;

        Assert.Equal(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"], result["supportedVersions"]!.AsArray().Select(revision => (string?)revision));
        Assert.Equal("""{"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true},"logging":{},"completions":{}}""", result["capabilities"]!.ToJsonString());
        Assert.Equal("steward", (string?)result["_meta"]![ServerInfo]!["name"]);
        AssertComplete(result);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_legacy_server_is_shown_as_it_introduced_itself_but_for_the_tasks_of_its_era()
    {
        await using var rig = await GatewayRig.StartAsync(server => server.Capabilities = """{"tools":{"listChanged":true},"tasks":{"list":{}},"experimental":{"x":{"y":1.0}}}""", "a");
        using var client = rig.Modern("/servers/a/mcp");

        var result = (await client.CallAsync("server/discover"))["result"]!;

        Assert.Equal("""{"tools":{"listChanged":true},"experimental":{"x":{"y":1.0}}}""", result["capabilities"]!.ToJsonString());
        Assert.Equal(("scripted", "be kind"), ((string?)result["_meta"]![ServerInfo]!["name"], (string?)result["instructions"]));
        AssertComplete(result);
    }

    [Fact(Timeout = 30_000)]
    public async Task Lists_and_resources_say_how_long_they_are_good()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        foreach (var path in (string[])["/mcp", "/servers/a/mcp"])
        {
            using var client = rig.Modern(path);
            foreach (var method in (string[])["tools/list", "prompts/list", "resources/list", "resources/templates/list"])
                AssertComplete((await client.CallAsync(method))["result"]!);

            var reading = client.CallAsync("resources/read", "\"uri\":\"a:1\"");
            await server.AnswerAsync(await server.NextAsync("resources/read"), """{"contents":[],"_meta":{"own":1}}""");
            var read = (await reading)["result"]!;
            AssertComplete(read);
            Assert.Equal((1, "scripted"), ((int)read["_meta"]!["own"]!, (string?)read["_meta"]![ServerInfo]!["name"]));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_not_to_be_kept_says_nothing_of_keeping()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();

        var getting = client.CallAsync("prompts/get", "\"name\":\"a__ask\"");
        await server.AnswerAsync(await server.NextAsync("prompts/get"), """{"messages":[]}""");

        var result = (await getting)["result"]!;
        Assert.Equal(("complete", "scripted"), ((string?)result["resultType"], (string?)result["_meta"]![ServerInfo]!["name"]));
        Assert.Null(result["ttlMs"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_resource_that_nobody_has_is_an_invalid_parameter()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(client.Message("resources/read", "\"uri\":\"nowhere:1\""));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var error = (await RigClient.JsonAsync(response))["error"]!;
        Assert.Equal((-32602, "nowhere:1"), ((int)error["code"]!, (string?)error["data"]!["uri"]));
    }

    private static void AssertComplete(JsonNode result)
    {
        Assert.Equal("complete", (string?)result["resultType"]);
        Assert.True((long)result["ttlMs"]! >= 0);
        Assert.Contains((string?)result["cacheScope"], (string[])["public", "private"]);
        Assert.NotNull(result["_meta"]![ServerInfo]);
    }
}
