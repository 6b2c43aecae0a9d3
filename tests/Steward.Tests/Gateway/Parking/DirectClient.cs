using System.Text;
using System.Text.Json.Nodes;
using Steward.Gateway;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway.Parking;

/// <summary>A client of the modern era that speaks to the gateway itself, with no transport between.</summary>
internal sealed class DirectClient(GatewayRig rig, string capabilities = DirectClient.Everything, string? principal = null, string name = "direct", string path = "")
{
    public const string Everything = """{"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}}""";

    private int _lastId;

    /// <summary>Calls the tool of server <c>a</c> that answers when the test says so.</summary>
    public Task<DirectCall> WaitAsync(JsonNode? goesOnFrom = null, string responses = "{}", string arguments = """{"n":1}""", string meta = "") =>
        SendAsync("tools/call", $$"""{"name":"{{(path.Length == 0 ? "a__wait" : "wait")}}","arguments":{{arguments}}}""", goesOnFrom, responses, meta);

    /// <summary>Calls that tool, and has its server ask before it answers.</summary>
    /// <returns>The result that asks, and the request on which the server still works.</returns>
    public async Task<(JsonNode Asked, JsonNode Request)> ParkAsync(ScriptedServer server, string? question = null, string meta = "")
    {
        var call = await WaitAsync(meta: meta);
        var request = await server.NextAsync("tools/call");
        await server.SayAsync(question ?? Questions.Form("1"));
        return (await call.QuestionsAsync(), request);
    }

    /// <summary>Makes a request; with the result of an earlier one that asked for input, the retry of that.</summary>
    public async Task<DirectCall> SendAsync(string method, string parameters, JsonNode? goesOnFrom = null, string responses = "{}", string meta = "")
    {
        if (_lastId == 0 && ++_lastId == 1)
            await SendAsync("tools/list", "{}"); // answered once all servers are known
        var body = JsonNode.Parse(parameters)!.AsObject();
        body["_meta"] = JsonNode.Parse($$"""
            {"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"{{name}}","version":"1"},
             "io.modelcontextprotocol/clientCapabilities":{{capabilities}}{{meta}}}
            """);
        if (goesOnFrom is not null)
        {
            body["inputResponses"] = JsonNode.Parse(responses);
            if (goesOnFrom["requestState"] is { } state)
                body["requestState"] = state.DeepClone();
        }

        var id = ++_lastId;
        var message = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{body.ToJsonString()}}}""");
        var endpoint = rig.Gateway.Find(path.Length == 0 ? GatewayTarget.All : new(GatewayTargetKind.Server, path))!;
        var reply = await rig.Gateway.RequestModernAsync(endpoint, principal, message, JsonRpcEnvelope.Parse(message)).AsTask().WaitAsync(TestContext.Current.CancellationToken);
        return new DirectCall(reply, id);
    }
}
