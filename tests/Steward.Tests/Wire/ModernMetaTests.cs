using System.Text;
using System.Text.Json.Nodes;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class ModernMetaTests
{
    private const string Version = "\"io.modelcontextprotocol/protocolVersion\" : \"2026-07-28\"";
    private const string Info = "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"a\\\"b\",\"x\":[1,2]}";
    private const string Capabilities = "\"io.modelcontextprotocol\\/clientCapabilities\":{ }";
    private const string Level = "\"io.modelcontextprotocol/logLevel\":\"info\"";

    public static TheoryData<string> Orders()
    {
        var data = new TheoryData<string>();
        string[] parts = [Version, Info, Capabilities, Level, "\"progressToken\":\"p\"", "\"mine\":{\"a\":\"}\"}"];
        for (var mask = 1; mask < 1 << parts.Length; mask++)
        {
            string[] chosen = [.. parts.Where((_, i) => (mask & (1 << i)) != 0)];
            foreach (var separator in (string[])[",", " ,\t"])
            {
                data.Add($"{{{string.Join(separator, chosen)}}}");
                data.Add($"{{ {string.Join(separator, chosen.Reverse())} }}");
                data.Add($"{{{string.Join(separator, chosen.OrderBy(part => part[^2..], StringComparer.Ordinal))}}}");
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Orders))]
    public void What_the_modern_era_says_is_gone_and_everything_else_stays(string meta)
    {
        var message = Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{{{meta}}},"arguments":{"_meta":{{{meta}}} } } }""");
        var envelope = JsonRpcEnvelope.Parse(message);
        var edits = new FrameEdits(new byte[64]);
        edits.Replace(envelope.Id, 77);
        edits.Replace(envelope.ProgressToken, 77);
        edits.Replace(envelope.Target, "\"y\""u8);
        ModernMeta.CutFrom(ref edits, message, envelope);

        var changed = JsonNode.Parse(RentedFrame.Copy(message, edits).Span)!;

        var expected = JsonNode.Parse(message)!.AsObject();
        expected["id"] = 77;
        expected["params"]!["name"] = "y";
        var kept = expected["params"]!["_meta"]!.AsObject();
        foreach (var name in kept.Select(member => member.Key).Where(name => name.StartsWith("io.", StringComparison.Ordinal)).ToArray())
            kept.Remove(name);
        if (kept.ContainsKey("progressToken"))
            kept["progressToken"] = 77;
        Assert.Equal(expected.ToJsonString(), changed.ToJsonString());
    }
}
