using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Gateway.Channels;
using Steward.Tests.Gateway;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>A client of the address that mcp_runner's section asks for, which shows what comes on its stream.</summary>
internal sealed class ProxyClient : IDisposable
{
    private readonly ClientChannel _channel;
    private readonly int _reader;

    private ProxyClient(ClientChannel channel, int reader) => (_channel, _reader) = (channel, reader);

    public static async Task<(ProxyClient Client, JsonNode Opened)> OpenAsync(GatewayRig rig)
    {
        var channel = new ClientChannel(rig.Gateway, rig.Gateway.Proxied, principal: null, NullLogger.Instance);
        Assert.True(channel.Outbound.TryAttach(after: null, out var reader));
        var client = new ProxyClient(channel, reader);
        return (client, await client.AskAsync(RigClient.Opening("2024-11-05")));
    }

    /// <summary>Sends a message and waits for the next answer; notifications are passed over.</summary>
    public async Task<JsonNode> AskAsync(string message)
    {
        await _channel.ReceiveAsync(RentedFrame.Copy(Encoding.UTF8.GetBytes(message)));
        while (true)
        {
            await _channel.Outbound.WaitAsync(_reader, TestContext.Current.CancellationToken);
            Assert.True(_channel.Outbound.TryTake(_reader, out var heard));
            if (JsonNode.Parse(heard.Span)! is var answer && answer["id"] is not null)
                return answer;
        }
    }

    public async Task<IEnumerable<string?>> ListToolsAsync() =>
        (await AskAsync("""{"jsonrpc":"2.0","id":"list","method":"tools/list"}"""))["result"]!["tools"]!.AsArray().Select(tool => (string?)tool!["name"]);

    public Task<JsonNode> CallAsync(string tool) => AskAsync($$$"""{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"{{{tool}}}"}}""");

    public void Dispose() => _channel.Dispose();
}
