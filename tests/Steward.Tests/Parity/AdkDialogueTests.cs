using System.Collections.Concurrent;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Configuration;
using Xunit;

#pragma warning disable MCP9005 // Sampling and roots are of the revisions up to 2025-11-25; servers of both eras ask for them.

namespace Steward.Tests.Parity;

/// <summary>What the tests of adk-rust leave out: servers that ask back during a call, in the way of either era.</summary>
public sealed class AdkDialogueTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("legacy")]
    [InlineData("modern")]
    public async Task A_form_is_filled_in_by_its_handler_which_knows_who_asks_and_during_which_call(string era)
    {
        var asked = new ConcurrentQueue<(string Server, string? Tool, string Message)>();
        await using var manager = await StartAsync(era, new()
        {
            Elicitation = (context, _) =>
            {
                asked.Enqueue((context.ServerId, context.Call?.Target, context.Params.Message));
                return new(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement> { ["username"] = JsonElement.Parse("\"ada\""), ["email"] = JsonElement.Parse("\"ada@example.org\"") } });
            },
        });

        var answer = await CallAsync(manager, "ask_elicitation", ("message", "Who are you?"));

        Assert.StartsWith("User response: action=accept, content={", answer, StringComparison.Ordinal);
        Assert.Contains("\"username\":\"ada\"", answer, StringComparison.Ordinal);
        Assert.Equal(("any", "ask_elicitation", "Who are you?"), Assert.Single(asked));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("legacy")]
    [InlineData("modern")]
    public async Task Without_a_handler_or_with_one_that_throws_forms_and_pages_are_declined(string era)
    {
        foreach (var handlers in (ServerHandlers[])[new(), new() { Elicitation = (_, _) => throw new InvalidOperationException("a bug"), UrlElicitation = (_, _) => throw new InvalidOperationException("a bug") }])
        {
            await using var manager = await StartAsync(era, handlers);
            Assert.StartsWith("User response: action=decline", await CallAsync(manager, "ask_elicitation", ("message", "Who are you?")), StringComparison.Ordinal);
            Assert.StartsWith("User response: action=decline", await CallAsync(manager, "ask_url"), StringComparison.Ordinal);
            Assert.Equal("still here", await CallAsync(manager, "echo", ("text", "still here")));
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("legacy")]
    [InlineData("modern")]
    public async Task Pages_models_and_folders_are_asked_for_in_either_era(string era)
    {
        await using var manager = await StartAsync(era, new()
        {
            UrlElicitation = (context, _) => new(new ElicitResult { Action = context.Params.Url == "https://example.com/sign-in" ? "accept" : "cancel" }),
            Sampling = (context, _) => new(new CreateMessageResult { Model = "m", Content = [new TextContentBlock { Text = $"{context.Params.MaxTokens} tokens" }], Role = Role.Assistant }),
            Roots = (_, _) => new(new ListRootsResult { Roots = [new Root { Uri = "file:///work" }] }),
        });

        Assert.Equal("User response: action=accept", await CallAsync(manager, "ask_url"));
        Assert.Equal("LLM response: 100 tokens", await CallAsync(manager, "ask_sampling", ("prompt", "What?")));
        Assert.Contains("file:///work", await CallAsync(manager, "ask_roots"), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("legacy")]
    [InlineData("modern")]
    public async Task A_call_may_ask_again_and_again_and_is_answered_each_time(string era)
    {
        var rounds = 0;
        await using var manager = await StartAsync(era, new()
        {
            Elicitation = (_, _) =>
            {
                Interlocked.Increment(ref rounds);
                return new(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement> { ["text"] = JsonElement.Parse("\"yes\"") } });
            },
        });

        Assert.Equal("3 rounds", await CallAsync(manager, "rounds", ("count", 3)));
        Assert.Equal(3, rounds);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_call_that_asks_without_end_is_ended()
    {
        var server = RealServers.Process("any", "modern") with { Tasks = new TaskPolicy { MaxInputRounds = 4 } };
        var rounds = 0;
        var options = new McpServerManagerOptions
        {
            Handlers = new()
            {
                Elicitation = (_, _) =>
                {
                    Interlocked.Increment(ref rounds);
                    return new(new ElicitResult { Action = "accept" });
                },
            },
        };
        await using var manager = new McpServerManager([server], options);
        await manager.StartServerAsync("any", Cancelled);

        var failure = await Assert.ThrowsAsync<McpTaskException>(() => CallAsync(manager, "misbehave", ("text", "forever")));

        Assert.Equal((McpTaskFailure.InputRequired, 4), (failure.Kind, rounds));
        Assert.Equal("still here", await CallAsync(manager, "echo", ("text", "still here")));
    }

    private static async Task<McpServerManager> StartAsync(string era, ServerHandlers handlers)
    {
        var server = RealServers.Process("any", "fixture") with { Args = ["--mode", "fixture", "--era", era] };
        var manager = new McpServerManager([server], new McpServerManagerOptions { Handlers = handlers });
        await manager.StartServerAsync("any", Cancelled);
        return manager;
    }

    private static async Task<string> CallAsync(McpServerManager manager, string tool, params (string Name, object? Value)[] arguments)
    {
        var result = await manager.CallToolAsync("any", tool, arguments.ToDictionary(argument => argument.Name, argument => argument.Value), cancellationToken: Cancelled);
        return string.Join('\n', result.Content.OfType<TextContentBlock>().Select(block => block.Text));
    }
}
