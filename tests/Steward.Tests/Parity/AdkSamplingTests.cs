using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Xunit;

#pragma warning disable MCP9005 // Sampling is of the revisions up to 2025-11-25.

namespace Steward.Tests.Parity;

/// <summary>adk-rust's tests of sampling and of what servers report.</summary>
public sealed class AdkSamplingTests
{
    private const string Whole = """
        {"messages":[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image","data":"AQID","mimeType":"image/png"}]},{"role":"assistant","content":{"type":"text","text":"I do"}}],
        "modelPreferences":{"hints":[{"name":"small"}],"costPriority":0.5},"systemPrompt":"be brief","temperature":0.25,"maxTokens":77,"stopSequences":["END"]}
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, of each message one part was kept, preferences were dropped, and an image as an answer became an empty text.</summary>
    [Fact(Timeout = 10_000)]
    public async Task What_a_server_asks_a_model_reaches_the_handler_whole_and_so_does_the_answer_the_server()
    {
        var asked = Channel.CreateUnbounded<CreateMessageRequestParams>();
        await using var rig = await StartAsync((context, _) =>
        {
            asked.Writer.TryWrite(context.Params);
            return new(new CreateMessageResult { Model = "m-1", Role = Role.Assistant, Content = [ImageContentBlock.FromBytes(new byte[] { 1, 2, 3 }, "image/png")], StopReason = "endTurn" });
        });
        var server = await rig.LaunchedAsync("a");

        var answer = await AskAsync(server, Whole);

        var request = await asked.Reader.ReadAsync(Cancelled);
        Assert.Equal([(Role.User, 2), (Role.Assistant, 1)], request.Messages.Select(message => (message.Role, message.Content.Count)));
        Assert.Equal("look", Assert.IsType<TextContentBlock>(request.Messages[0].Content[0]).Text);
        Assert.Equal("image/png", Assert.IsType<ImageContentBlock>(request.Messages[0].Content[1]).MimeType);
        Assert.Equal(("small", 0.5f), (Assert.Single(request.ModelPreferences!.Hints!).Name, request.ModelPreferences.CostPriority));
        Assert.Equal(("be brief", 0.25f, 77, "END"), (request.SystemPrompt, request.Temperature, request.MaxTokens, Assert.Single(request.StopSequences!)));
        Assert.Equal(("m-1", "assistant", "endTurn"), ((string?)answer["model"], (string?)answer["role"], (string?)answer["stopReason"]));
        Assert.Equal("""{"type":"image","data":"AQID","mimeType":"image/png"}""", (answer["content"] is JsonArray array ? Assert.Single(array)! : answer["content"]!).ToJsonString());
    }

    [Theory(Timeout = 10_000)]
    [InlineData("endTurn")]
    [InlineData("maxTokens")]
    [InlineData("stopSequence")]
    [InlineData("of the model's own")]
    [InlineData(null)]
    public async Task The_reason_for_which_a_model_stopped_is_told_as_it_was_given(string? reason)
    {
        await using var rig = await StartAsync((_, _) => new(new CreateMessageResult { Model = "m", Role = Role.Assistant, Content = [new TextContentBlock { Text = "" }], StopReason = reason }));
        var server = await rig.LaunchedAsync("a");

        Assert.Equal(reason, (string?)(await AskAsync(server, """{"messages":[],"maxTokens":1}"""))["stopReason"]);
    }

    /// <summary>The model of a program answers by the handler that the SDK makes of it.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_chat_client_answers_for_its_model()
    {
        using var model = new ScriptedModel();
        var sample = model.CreateSamplingHandler();
        await using var rig = await StartAsync((context, token) => sample(context.Params, new Progress<ProgressNotificationValue>(), token));
        var server = await rig.LaunchedAsync("a");

        var answer = await AskAsync(server, Whole);

        Assert.Equal("fine", (string?)(answer["content"] is JsonArray array ? Assert.Single(array)! : answer["content"]!)["text"]);
        Assert.Equal("maxTokens", (string?)answer["stopReason"]);
        Assert.Contains(model.Heard, message => message.Text.Contains("look", StringComparison.Ordinal) && message.Contents.OfType<DataContent>().Any());
        Assert.Equal((77, 0.25f), (model.Options!.MaxOutputTokens, model.Options.Temperature));
        Assert.Equal(["END"], model.Options.StopSequences);
    }

    [Fact(Timeout = 10_000)]
    public async Task Each_report_of_a_change_is_heard_once_and_a_handler_that_throws_costs_nothing()
    {
        var heard = Channel.CreateUnbounded<string>();
        var options = new McpServerManagerOptions
        {
            Handlers = new()
            {
                ResourceUpdated = (context, _) => Throw(context.Params.Uri),
                ListChanged = (context, _) => context.Params == ChangedList.Resources ? Throw("resources") : default,
            },
        };
        await using var rig = await LibraryRig.StartAsync(
            server =>
            {
                server.Capabilities = """{"tools":{},"resources":{"subscribe":true,"listChanged":true}}""";
                var reads = 0;
                server.Answer = message => (string?)message["method"] == "resources/list" ? $$$"""{"resources":[{"uri":"a:{{{++reads}}}","name":"r"}]}""".AsResult() : null;
            },
            options,
            "a");
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.SubscribeToResourceAsync("a", "a:1", Cancelled);
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
        while (await heard.Reader.ReadAsync(Cancelled) != "a:1")
        {
            // What a server has when it starts may count as a change: it is told before.
        }

        for (var i = 0; i < 2; i++)
        {
            await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
            Assert.Equal("a:1", await heard.Reader.ReadAsync(Cancelled));
        }

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}""");
        Assert.Equal("resources", await heard.Reader.ReadAsync(Cancelled));
        Assert.NotEmpty(await rig.Manager.ListToolsAsync("a", Cancelled));
        Assert.False(heard.Reader.TryRead(out _));

        ValueTask Throw(string what)
        {
            heard.Writer.TryWrite(what);
            throw new InvalidOperationException("a bug");
        }
    }

    private static async Task<JsonNode> AskAsync(ScriptedServer server, string parameters)
    {
        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{{{parameters.ReplaceLineEndings("")}}}}""");
        var answer = await server.NextAsync("answer");
        Assert.True(answer["result"] is not null, answer.ToJsonString());
        return answer["result"]!;
    }

    private static async Task<LibraryRig> StartAsync(Func<HandlerContext<CreateMessageRequestParams>, CancellationToken, ValueTask<CreateMessageResult>> sample)
    {
        var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { Handlers = new() { Sampling = sample } }, "a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        return rig;
    }

    private sealed class ScriptedModel : IChatClient
    {
        public IReadOnlyList<ChatMessage> Heard { get; private set; } = [];

        public ChatOptions? Options { get; private set; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            (Heard, Options) = ([.. messages], options);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "fine")) { FinishReason = ChatFinishReason.Length, ModelId = "scripted" });
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
                yield return update;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
