using System.Text;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class ModernMembersTests
{
    private const string P = "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"";
    private const string I = "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"x, y\"}";
    private const string C = "\"io.modelcontextprotocol\\/clientCapabilities\" : {}";
    private const string L = "\"io.modelcontextprotocol/logLevel\":\"info\"";

    [Theory(Timeout = 30_000)]
    [InlineData("", "")]
    [InlineData("\"a\":1", "\"a\":1")]
    [InlineData(P, "")]
    [InlineData($"{P},{I} , {C},{L}", "")]
    [InlineData($"\"a\":1,{P},{I},{C},{L}", "\"a\":1")]
    [InlineData($"{P},{I},{C},{L},\"a\":1", "\"a\":1")]
    [InlineData($"{P},\"a\":1,{I},\"b\":[2],{C},\"c\":3,{L}", "\"a\":1,\"b\":[2],\"c\":3")]
    [InlineData($"{P},\"progressToken\":7,{C}", "\"progressToken\":42")]
    public void Nothing_but_the_members_of_the_modern_era_goes(string before, string after)
    {
        var message = Encoding.UTF8.GetBytes("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"_meta\":{" + before + "},\"x\":1}}");
        var envelope = JsonRpcEnvelope.Parse(message);
        var edits = new FrameEdits(new byte[32]);
        edits.Replace(envelope.ProgressToken, 42);

        new RequestAdditions(default, default, losesModern: true).AddTo(ref edits, message, envelope);

        var changed = new byte[message.Length + Math.Max(0, edits.Growth)];
        var length = edits.Apply(message, changed);
        Assert.Equal("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"_meta\":{" + after + "},\"x\":1}}", Encoding.UTF8.GetString(changed, 0, length));
    }
}
