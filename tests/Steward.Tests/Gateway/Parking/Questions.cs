using System.Text.Json.Nodes;

namespace Steward.Tests.Gateway.Parking;

/// <summary>What the scripted servers of these tests ask, and how their clients answer.</summary>
internal static class Questions
{
    public const string Accepted = """{"action":"accept","content":{"name":"octocat","n":1.0}}""";
    public const string Sampled = """{"role":"assistant","model":"m","content":{"type":"text","text":"Paris"}}""";
    public const string Rooted = """{"roots":[{"uri":"file:///x"}]}""";

    public static string Form(string id, string message = "Who are you?") =>
        $$$"""{"jsonrpc":"2.0","id":"{{{id}}}","method":"elicitation/create","params":{"mode":"form","message":"{{{message}}}","requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"x":1.0},"_meta":{"progressToken":7,"mine":1} } }""";

    public static string Sampling(string id, string more = "") =>
        $$$"""{"jsonrpc":"2.0","id":"{{{id}}}","method":"sampling/createMessage","params":{"messages":[],"maxTokens":10{{{more}}} }}""";

    public static string Roots(string id) => $$"""{"jsonrpc":"2.0","id":"{{id}}","method":"roots/list"}""";

    /// <summary>Waits until everything that the server has said is taken: it is answered in order.</summary>
    public static async Task HeardAsync(ScriptedServer server)
    {
        await server.SayAsync("""{"jsonrpc":"2.0","id":"heard","method":"ping"}""");
        while ((string?)(await server.NextAsync("answer"))["id"] != "heard")
        {
            // Answers to earlier questions.
        }
    }

    /// <summary>The keys of a result that asks for input, in their order.</summary>
    public static string[] Keys(JsonNode result) => [.. result["inputRequests"]!.AsObject().Select(request => request.Key)];

    /// <summary>Responses of the same kind for all keys.</summary>
    public static string Responses(JsonNode result, string response) => $"{{{string.Join(',', Keys(result).Select(key => $"\"{key}\":{response}"))}}}";
}
