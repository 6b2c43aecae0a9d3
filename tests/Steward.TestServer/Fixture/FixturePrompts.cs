using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>The prompts of the fixture server, and the completion of their arguments.</summary>
internal static class FixturePrompts
{
    private static readonly string[] Places = ["paris", "park", "party", "test", "testValue1", "testValue2"];

    private const string Known = """
        {"prompts":[
            {"name":"test_simple_prompt","description":"A prompt without arguments"},
            {"name":"test_prompt_with_arguments","description":"A prompt with arguments","arguments":[
                {"name":"arg1","description":"First test argument","required":true},
                {"name":"arg2","description":"Second test argument","required":true}]},
            {"name":"test_prompt_with_embedded_resource","description":"A prompt that embeds a resource","arguments":[
                {"name":"resourceUri","description":"URI of the resource to embed","required":true}]},
            {"name":"test_prompt_with_image","description":"A prompt with an image"},
            {"name":"test_input_required_result_prompt","description":"A prompt that asks the user first"}]}
        """;

    public static ListPromptsResult List(FixtureState state)
    {
        var result = Messages.Parse<ListPromptsResult>(Known);
        foreach (var name in state.AddedPrompts.Keys.Order(StringComparer.Ordinal))
            result.Prompts.Add(new() { Name = name, Description = "Added at run time" });
        return result;
    }

    public static async Task<GetPromptResult> GetAsync(RequestContext<GetPromptRequestParams> request, CancellationToken cancellationToken)
    {
        if (request.Params!.Name != "test_input_required_result_prompt")
            return Get(request.Params);
        var dialogue = new Dialogue(request.Server, request.JsonRpcRequest, request.Params);
        var answer = await dialogue.AskAsync(Question.Form("user_context", "What context should the prompt use?", "context"), cancellationToken);
        return Prompt(Text($"Context: {answer["content"]?["context"]}"));
    }

    private static GetPromptResult Get(GetPromptRequestParams request) => request.Name switch
    {
        "test_simple_prompt" => Prompt(Text("This is a simple prompt for testing.")),
        "test_prompt_with_arguments" => Prompt(Text(
            $"Prompt with arguments: arg1='{Argument(request, "arg1")}', arg2='{Argument(request, "arg2")}'")),
        "test_prompt_with_embedded_resource" => Prompt(
            new EmbeddedResourceBlock
            {
                Resource = new TextResourceContents
                {
                    Uri = Argument(request, "resourceUri"),
                    MimeType = "text/plain",
                    Text = "Embedded resource content for testing.",
                },
            },
            Text("Please process the embedded resource above.")),
        "test_prompt_with_image" => Prompt(
            Messages.Parse<ContentBlock>($$"""{"type":"image","data":"{{ContentTools.Png}}","mimeType":"image/png"}"""),
            Text("Please analyze the image above.")),
        _ => throw new McpProtocolException($"Unknown prompt: {request.Name}", McpErrorCode.InvalidParams),
    };

    /// <summary>Completes any argument from one list of words.</summary>
    public static CompleteResult Complete(CompleteRequestParams request)
    {
        string[] values = [.. Places.Where(place => place.StartsWith(request.Argument.Value, StringComparison.Ordinal))];
        return new() { Completion = new() { Values = values, Total = values.Length, HasMore = false } };
    }

    private static string Argument(GetPromptRequestParams request, string name) =>
        request.Arguments is { } arguments && arguments.TryGetValue(name, out var value) ? value.ToString() : "";

    private static TextContentBlock Text(string text) => new() { Text = text };

    private static GetPromptResult Prompt(params ContentBlock[] contents) =>
        new() { Messages = [.. contents.Select(content => new PromptMessage { Role = Role.User, Content = content })] };
}
