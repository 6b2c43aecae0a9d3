using System.Threading.Channels;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Xunit;

namespace Steward.Tests.Clients;

public sealed class QuestionCauseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_question_of_another_task_is_not_said_to_belong_to_the_only_call_at_work()
    {
        var asked = Channel.CreateUnbounded<string?>();
        var handlers = new ServerHandlers
        {
            Elicitation = (context, _) =>
            {
                asked.Writer.TryWrite(context.Call?.Target);
                return ValueTask.FromResult(new ElicitResult { Action = "decline" });
            },
        };
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { Handlers = handlers }, "task-a");
        var server = await rig.LaunchedAsync("task-a");
        var call = rig.Manager.CallToolAsync("task-a", "wait", cancellationToken: Cancelled);
        var request = await server.NextAsync("tools/call");

        await server.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object","properties":{}}}}""");
        Assert.Equal("wait", await asked.Reader.ReadAsync(Cancelled));
        await server.SayAsync("""{"jsonrpc":"2.0","id":2,"method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object","properties":{}},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"another"}}}}""");
        Assert.Null(await asked.Reader.ReadAsync(Cancelled));

        await server.AnswerAsync(request);
        await call;
    }
}
