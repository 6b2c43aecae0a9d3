using System.Text.Json.Nodes;

namespace Steward.TestServer.Fixture;

/// <summary>Something that a server asks its client while it works on a request.</summary>
/// <param name="Key">The name of the answer: the key among the input requests, or the id of the request of the legacy era.</param>
/// <param name="Method"><c>elicitation/create</c>, <c>sampling/createMessage</c> or <c>roots/list</c>.</param>
/// <param name="Parameters">The parameters as the specification shows them.</param>
internal sealed record Question(string Key, string Method, JsonObject Parameters)
{
    /// <summary>The client capability without which nobody can answer.</summary>
    public string Capability => Method[..Method.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Asks the user for one field.</summary>
    public static Question Form(string key, string message, string field, string type = "string") => new(key, "elicitation/create", new()
    {
        ["message"] = message,
        ["requestedSchema"] = JsonNode.Parse($$$"""{"type":"object","properties":{"{{{field}}}":{"type":"{{{type}}}"}},"required":["{{{field}}}"]}"""),
    });

    /// <summary>Asks the client's model.</summary>
    public static Question Sample(string key, string text, int maxTokens = 100) => new(key, "sampling/createMessage", new()
    {
        ["messages"] = new JsonArray(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonObject { ["type"] = "text", ["text"] = text },
        }),
        ["maxTokens"] = maxTokens,
    });

    public static Question Roots(string key) => new(key, "roots/list", []);
}
