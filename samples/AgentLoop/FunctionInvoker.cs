using Microsoft.Extensions.AI;

namespace AgentLoop;

/// <summary>
/// Calls the functions that a model wants called, and gives it their results, until it has no more wishes. UseFunctionInvocation() of the
/// package Microsoft.Extensions.AI takes its place in a real program: it does the same, also for streams, and asks where approval is required.
/// </summary>
internal sealed class FunctionInvoker(IChatClient model) : DelegatingChatClient(model)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> conversation = [.. messages];
        while (true)
        {
            var response = await base.GetResponseAsync(conversation, options, cancellationToken);
            FunctionCallContent[] calls = [.. response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>()];
            if (calls.Length == 0)
                return response;
            conversation.AddRange(response.Messages);
            var results = await Task.WhenAll(calls.Select(call => InvokeAsync(call, options, cancellationToken)));
            conversation.Add(new ChatMessage(ChatRole.Tool, results));
        }
    }

    private static async Task<AIContent> InvokeAsync(FunctionCallContent call, ChatOptions? options, CancellationToken cancellationToken)
    {
        if (options?.Tools?.OfType<AIFunction>().FirstOrDefault(tool => tool.Name == call.Name) is not { } function)
            return new FunctionResultContent(call.CallId, $"Error: there is no function {call.Name}.");
        try
        {
            return new FunctionResultContent(call.CallId, await function.InvokeAsync(new AIFunctionArguments(call.Arguments), cancellationToken) ?? "Done.");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested) // a server that is away, say: the model may try another way
        {
            return new FunctionResultContent(call.CallId, $"Error: {failure.Message}") { Exception = failure };
        }
    }
}
