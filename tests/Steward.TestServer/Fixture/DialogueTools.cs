using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>Tools that ask the client back while they are being called: sampling, elicitation, roots.</summary>
internal static class DialogueTools
{
    public static FixtureTool[] All { get; } =
    [
        new("test_sampling", "Asks the client's model", SampleAsync) { InputSchema = Required("prompt") },
        new("test_elicitation", "Asks the client's user", ElicitAsync) { InputSchema = Required("message") },
        new("test_elicitation_sep1034_defaults", "Asks with default values of every primitive type", ElicitDefaultsAsync),
        new("test_elicitation_sep1330_enums", "Asks with every kind of enumeration", ElicitEnumsAsync),
        new("ask_sampling", "As test_sampling", SampleAsync) { InputSchema = Required("prompt") },
        new("ask_elicitation", "As test_elicitation", ElicitAsync) { InputSchema = Required("message") },
        new("ask_roots", "Lists the client's roots", RootsAsync),
    ];

    private static string Required(string name) =>
        $$$"""{"type":"object","properties":{"{{{name}}}":{"type":"string"}},"required":["{{{name}}}"]}""";

    private static async Task<CallToolResult> SampleAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var answer = await call.Dialogue.AskAsync(Question.Sample("answer", call.Text("prompt")), cancellationToken);
        return Messages.Text($"LLM response: {answer["content"]?["text"]}");
    }

    private static async Task<CallToolResult> ElicitAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var answer = await AskUserAsync(call, call.Text("message"), """
            {"type":"object","properties":{
                "username":{"type":"string","description":"User's response"},
                "email":{"type":"string","description":"User's email address"}},
             "required":["username","email"]}
            """, cancellationToken);
        return Messages.Text($"User response: action={answer["action"]}, content={answer["content"]?.ToJsonString()}");
    }

    private static async Task<CallToolResult> ElicitDefaultsAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var answer = await AskUserAsync(call, "Please review the defaults", """
            {"type":"object","properties":{
                "name":{"type":"string","default":"John Doe"},
                "age":{"type":"integer","default":30},
                "score":{"type":"number","default":95.5},
                "status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
                "verified":{"type":"boolean","default":true}}}
            """, cancellationToken);
        return Completed(answer);
    }

    private static async Task<CallToolResult> ElicitEnumsAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var answer = await AskUserAsync(call, "Please choose", """
            {"type":"object","properties":{
                "untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
                "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},
                    {"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
                "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
                "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
                "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},
                    {"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}}
            """, cancellationToken);
        return Completed(answer);
    }

    private static async Task<CallToolResult> RootsAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var answer = await call.Dialogue.AskAsync(Question.Roots("roots"), cancellationToken);
        return Messages.Text((answer["roots"] ?? answer).ToJsonString());
    }

    private static Task<JsonNode> AskUserAsync(FixtureCall call, string message, string schema, CancellationToken cancellationToken) =>
        call.Dialogue.AskAsync(
            new Question("answer", "elicitation/create", new() { ["message"] = message, ["requestedSchema"] = JsonNode.Parse(schema) }), cancellationToken);

    private static CallToolResult Completed(JsonNode answer) =>
        Messages.Text($"Elicitation completed: action={answer["action"]}, content={answer["content"]?.ToJsonString()}");
}
