using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentLoop;

/// <summary>Stands for a model: wants one function called after the other, and then tells what it has learned.</summary>
internal sealed class ScriptedModel(params (string Function, Dictionary<string, object?> Arguments)[] script) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        FunctionResultContent[] results = [.. messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>()];
        AIContent next = results.Length < script.Length
            ? new FunctionCallContent($"call-{results.Length}", script[results.Length].Function, script[results.Length].Arguments)
            : new TextContent(string.Join('\n', results.Zip(script, (result, step) => $"{step.Function}: {Read(result.Result)}")));
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [next])));
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("This model answers as a whole.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // Nothing is held.
    }

    private static string Read(object? result)
    {
        var text = result switch
        {
            TextContent content => content.Text,
            IEnumerable<AIContent> contents => string.Join(' ', contents.OfType<TextContent>().Select(content => content.Text)),
            JsonElement json => json.GetRawText(),
            _ => result?.ToString() ?? "",
        };
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : $"{line[..60]}…";
    }
}
