using System.Text;
using System.Text.Json.Nodes;
using Steward.Gateway;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>What a request of the modern era must say of itself.</summary>
public sealed class RequestMetaTests
{
    private const string Version = "\"io.modelcontextprotocol/protocolVersion\"";
    private const string Capabilities = "\"io.modelcontextprotocol/clientCapabilities\":{}";

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData(Capabilities)]
    [InlineData($"{Version}:20260728,{Capabilities}")]
    [InlineData($"{Version}:\"2026-07-28\"")]
    [InlineData($"{Version}:\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":[]")]
    public async Task What_lacks_a_required_field_is_malformed(string meta)
    {
        var reply = await SendAsync(meta);

        Assert.Equal(JsonRpcErrorCode.InvalidParams, reply.ErrorCode);
        Assert.True(reply.IsMalformed);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("1900-01-01")]
    [InlineData("2025-11-25")]
    public async Task A_version_that_is_not_spoken_so_is_refused_with_those_that_are(string version)
    {
        var reply = await SendAsync($"{Version}:\"{version}\",{Capabilities}");

        Assert.Equal(JsonRpcErrorCode.UnsupportedProtocolVersion, reply.ErrorCode);
        var data = JsonNode.Parse(reply.Message)!["error"]!["data"]!;
        Assert.Equal(version, (string?)data["requested"]);
        Assert.Equal(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"], data["supported"]!.AsArray().Select(revision => (string?)revision));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_level_that_is_none_is_refused()
    {
        var reply = await SendAsync($"{Version}:\"2026-07-28\",{Capabilities},\"io.modelcontextprotocol/logLevel\":\"loud\"");

        Assert.Equal(JsonRpcErrorCode.InvalidParams, reply.ErrorCode);
        Assert.False(reply.IsMalformed);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_complete_is_answered()
    {
        var reply = await SendAsync($"{Version}:\"2026-07-28\",{Capabilities},\"io.modelcontextprotocol/logLevel\":\"info\"");

        Assert.Null(reply.ErrorCode);
        Assert.Equal("complete", (string?)JsonNode.Parse(reply.Message)!["result"]!["resultType"]);
    }

    private static async Task<Reply> SendAsync(string meta)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var message = Encoding.UTF8.GetBytes("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{" + meta + "}}}");
        return await rig.Gateway.RequestModernAsync(rig.Gateway.Find(GatewayTarget.All)!, principal: null, message, JsonRpcEnvelope.Parse(message));
    }
}
