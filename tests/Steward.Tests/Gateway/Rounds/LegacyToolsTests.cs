using System.Text;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Gateway.Rounds;
using Xunit;

namespace Steward.Tests.Gateway.Rounds;

public sealed class LegacyToolsTests
{
    private const string Listing = """{"name":"list","inputSchema":{"type":"object"},"outputSchema":{"type":"array"},"x":1}""";

    [Theory]
    [InlineData("""{"tools":[{"outputSchema":{"type":"array"},"name":"a"},{"name":"b","outputSchema":{"anyOf":[]}},{"name":"c", "outputSchema":true, "x":1.0}],"y":1}""",
        """{"tools":[{"name":"a"},{"name":"b"},{"name":"c", "x":1.0}],"y":1}""")]
    [InlineData("""{"tools":[{"outputSchema":[]}]}""", """{"tools":[{}]}""")]
    public void Output_schemas_of_anything_but_objects_are_cut_out(string given, string got) =>
        Assert.Equal(got, Encoding.UTF8.GetString(LegacyTools.OfResult(Encoding.UTF8.GetBytes(given))));

    [Theory]
    [InlineData("""{"tools":[{"name":"a","outputSchema":{"properties":{"type":{"type":"array"}},"type":"object"}}]}""")]
    [InlineData("""{"tools":[]}""")]
    [InlineData("""{"tools":{}}""")]
    [InlineData("{}")]
    public void Everything_else_stays(string given)
    {
        var bytes = Encoding.UTF8.GetBytes(given);

        Assert.Same(bytes, LegacyTools.OfResult(bytes));
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_endpoint_shows_them_to_modern_clients_alone()
    {
        var filtered = GatewayRig.Server("b") with { Tools = new ToolFilter { Allow = ["list"] } };
        await using var rig = await GatewayRig.StartAsync(
            new StewardConfig { Servers = [GatewayRig.Server("a"), filtered] }, server => server.Definitions["list"] = Listing);
        using var merged = await rig.OpenAsync();
        using var alone = await rig.OpenAsync("/servers/b/mcp");

        foreach (var client in (RigClient[])[merged, alone])
            Assert.DoesNotContain("outputSchema", (await client.CallAsync("tools/list")).ToJsonString(), StringComparison.Ordinal);
        foreach (var path in (string[])["/mcp", "/servers/b/mcp"])
        {
            using var modern = rig.Modern(path);
            JsonNode answer = await modern.CallAsync("tools/list");
            Assert.Contains("""{"type":"array"}""", answer.ToJsonString(), StringComparison.Ordinal);
        }
    }
}
