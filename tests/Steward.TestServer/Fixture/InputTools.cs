using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>Tools that need input from the client, named and worded as the conformance suite wants them.</summary>
internal static class InputTools
{
    public static FixtureTool[] All { get; } =
    [
        Asking("test_input_required_result_elicitation", Question.Form("user_name", "What is your name?", "name")),
        Asking("test_input_required_result_sampling", Question.Sample("capital_question", "What is the capital of France?")),
        Asking("test_input_required_result_list_roots", Question.Roots("client_roots")),
        Asking("test_input_required_result_request_state", Question.Form("confirm", "Please confirm", "ok", "boolean")),
        Asking("test_input_required_result_tampered_state", Question.Form("confirm", "Please confirm", "ok", "boolean")),
        Asking("test_input_required_result_multiple_inputs",
            Question.Form("user_name", "What is your name?", "name"),
            Question.Sample("greeting", "Generate a greeting", 50),
            Question.Roots("client_roots")),
        new("test_input_required_result_multi_round", "Asks twice, one after the other", RoundsAsync),
        new("test_input_required_result_capabilities", "Asks only what the client can answer", WhatIsPossibleAsync),
        Asking("test_missing_capability", Question.Sample("needed", "Anything")),
        Asking("test_streaming_elicitation", Question.Form("answer", "Anything?", "text")),
        new("rounds", "Asks the user `count` times, one after the other", ManyRoundsAsync)
        {
            InputSchema = """{"type":"object","properties":{"count":{"type":"integer"}}}""",
        },
        new("ask_url", "Sends the user to a page", UrlAsync),
    ];

    private static FixtureTool Asking(string name, params Question[] questions) =>
        new(name, "Asks the client before it answers", async (call, cancellationToken) =>
        {
            var answers = await call.Dialogue.AskAsync(questions, cancellationToken);
            return Messages.Text($"state-ok: {new JsonArray([.. answers.Select(answer => answer.DeepClone())]).ToJsonString()}");
        });

    private static async Task<CallToolResult> RoundsAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var name = await call.Dialogue.AskAsync(Question.Form("step1", "Step 1: What is your name?", "name"), cancellationToken);
        var color = await call.Dialogue.AskAsync(Question.Form("step2", "Step 2: What is your favorite color?", "color"), cancellationToken);
        return Messages.Text($"{name["content"]?["name"]} likes {color["content"]?["color"]}");
    }

    private static async Task<CallToolResult> ManyRoundsAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var count = call.Number("count", 3);
        for (var i = 1; i <= count; i++)
            await call.Dialogue.AskAsync(Question.Form($"round-{i}", $"Round {i} of {count}?", "text"), cancellationToken);
        return Messages.Text($"{count} rounds");
    }

    // One after the other: a client of the legacy era, or somebody between, may refuse one question and answer the next.
    private static async Task<CallToolResult> WhatIsPossibleAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        Question[] questions = [Question.Sample("capital_question", "What is the capital of France?"), Question.Form("user_name", "What is your name?", "name")];
        var answered = 0;
        foreach (var question in questions.Where(call.Dialogue.CanAnswer))
        {
            try
            {
                await call.Dialogue.AskAsync(question, cancellationToken);
                answered++;
            }
            catch (McpException)
            {
                // Refused: this tool does without.
            }
        }

        return Messages.Text($"{answered} answers");
    }

    private static async Task<CallToolResult> UrlAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var answer = await call.Dialogue.AskAsync(new Question("page", "elicitation/create", new()
        {
            ["mode"] = "url",
            ["message"] = "Please sign in",
            ["url"] = "https://example.com/sign-in",
            ["elicitationId"] = "fixture-page",
        }), cancellationToken);
        return Messages.Text($"User response: action={answer["action"]}");
    }
}
