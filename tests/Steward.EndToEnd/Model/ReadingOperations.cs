extern alias library;

using library::Steward.Supervision;
using ModelContextProtocol.Protocol;

namespace Steward.EndToEnd.Model;

/// <summary>What only looks.</summary>
internal static class ReadingOperations
{
    public static ModelOperation[] All { get; } =
    [
        new("list tools", 60, ListToolsAsync, ConversationOperations.IsFailedOperation),
        new("list prompts", 20, call => call.Manager.ListPromptsAsync(call.Id, call.Cancelled), ConversationOperations.IsFailedOperation),
        new("list resources", 20, call => call.Manager.ListResourcesAsync(call.Id, call.Cancelled), ConversationOperations.IsFailedOperation),
        new("list templates", 20, call => call.Manager.ListResourceTemplatesAsync(call.Id, call.Cancelled), ConversationOperations.IsFailedOperation),
        new("read resource", 30, ReadAsync, ConversationOperations.IsFailedOperation) { IsForLasting = true },
        new("get prompt", 20, call => call.Manager.GetPromptAsync(call.Id, "test_simple_prompt", cancellationToken: call.Cancelled), ConversationOperations.IsFailedOperation),
        new("complete", 20, CompleteAsync, ConversationOperations.IsFailedOperation),
        new("get tools", 10, call => call.Manager.GetToolsAsync(cancellationToken: call.Cancelled), static _ => false),
        new("status", 60, LookAsync, static _ => false),
        new("check health", 20, call => call.Manager.CheckHealthAsync(call.Id, call.Cancelled), static _ => false),
        new("wait for status", 20, WaitAsync, static _ => false),
        new("wait until settled", 2, SettleAsync, static _ => false),
        new("watch", 10, WatchAsync, static _ => false),
        new("history", 10, ReadHistoryAsync, static _ => false),
    ];

    private static async Task ListToolsAsync(ModelCall call)
    {
        var tools = await call.Manager.ListToolsAsync(call.Id, call.Cancelled);
        call.Require(tools.Count > 0, "lists no tool");
    }

    private static async Task ReadAsync(ModelCall call)
    {
        var read = await call.Manager.ReadResourceAsync(call.Id, $"test://template/{call.Worker}/data", call.Cancelled);
        call.Require(((TextResourceContents)read.Contents[0]).Text.Contains($"Data for ID: {call.Worker}\"", StringComparison.Ordinal), "read another resource");
    }

    private static async Task CompleteAsync(ModelCall call)
    {
        var completed = await call.Manager.CompleteAsync(call.Id, new PromptReference { Name = "test_prompt_with_arguments" }, "arg1", "par", cancellationToken: call.Cancelled);
        call.Require(completed.Completion.Values.All(value => value.StartsWith("par", StringComparison.Ordinal)), "completes something else");
    }

    private static Task LookAsync(ModelCall call)
    {
        var status = call.Manager.GetStatus(call.Id);
        call.Require(status.Id == call.Id, $"is told of {status.Id}");
        var ids = call.Manager.GetAllStatuses().Select(each => each.Id).ToList();
        call.Require(ids.Distinct().Count() == ids.Count, $"there are twice of {string.Join(", ", ids)}");
        call.Require(ModelWorld.Lasting.All(ids.Contains), "a server is missing that nobody removed");
        _ = call.Manager.RunningServerCount;
        _ = call.Manager.Configs;
        _ = call.Manager.ToJson();
        return Task.CompletedTask;
    }

    private static Task WaitAsync(ModelCall call) => ForAWhileAsync(call, async cancelled =>
    {
        var wanted = (ServerState)call.Random.Next(8);
        var status = await call.Manager.WaitForStatusAsync(call.Id, status => status.State == wanted, cancelled);
        call.Require(status.State == wanted && status.Id == call.Id, $"waited for {wanted} and got {status}");
    });

    private static Task SettleAsync(ModelCall call) => ForAWhileAsync(call, call.Manager.WaitUntilSettledAsync);

    private static Task WatchAsync(ModelCall call) => ForAWhileAsync(call, async cancelled =>
    {
        var left = call.Random.Next(1, 50);
        await foreach (var _ in call.Manager.WatchAsync(cancelled))
        {
            if (--left == 0)
                return;
        }
    });

    /// <summary>Waits for what need not come.</summary>
    private static async Task ForAWhileAsync(ModelCall call, Func<CancellationToken, Task> wait)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, call.Cancelled);
        try
        {
            await wait(either.Token);
        }
        catch (OperationCanceledException) when (soon.IsCancellationRequested)
        {
            // It did not come.
        }
    }

    private static Task ReadHistoryAsync(ModelCall call)
    {
        var events = call.Manager.History.GetEvents(call.Id, 20);
        call.Require(events.All(each => each.Server == call.Id), "is told the history of another");
        call.Require(events.Zip(events.Skip(1)).All(pair => pair.First.Id > pair.Second.Id), "is told the history in another order");
        return Task.CompletedTask;
    }
}
