using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>Answers what modern clients ask about tasks of legacy servers.</summary>
internal static class BridgedRequests
{
    /// <summary>Answers <c>tasks/get</c>, <c>tasks/update</c> or <c>tasks/cancel</c>.</summary>
    /// <param name="relay">Knows the tasks.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="server">Whose task it is.</param>
    /// <param name="taskId">What the server calls it.</param>
    /// <param name="message">The request; it must stay as it is until the task has completed.</param>
    /// <param name="envelope">Where its parts are.</param>
    public static async ValueTask<Reply> AnswerAsync(Relay relay, ModernClient client, GatewayServer server, string taskId, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (relay.RefuseIfTooMany(client, message.Span, envelope) is { } refusal)
            return refusal;
        if (relay.Bridged.Find(server, taskId, client) is not { } task)
            return TaskRouter.NotFound(message.Span, envelope);
        try
        {
            switch (envelope.Method)
            {
                case McpMethod.TasksGet:
                    var state = await task.GetAsync(JsonText.Read(envelope.TaskId.Of(message.Span))!).ConfigureAwait(false);
                    return Complete(task, message.Span, envelope, state);
                case McpMethod.TasksUpdate:
                    if (task.Update(envelope.InputResponses.Of(message.Span)) is { } problem)
                        return Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams, problem);
                    break;
                default:
                    await task.CancelAsync().ConfigureAwait(false);
                    break;
            }

            return Complete(task, message.Span, envelope, "{}"u8);
        }
        catch (UpstreamErrorException failure)
        {
            return Reply.Error(message.Span, envelope, failure.Code, failure.Message);
        }
    }

    private static Reply Complete(BridgedTask task, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ReadOnlySpan<byte> result) =>
        Reply.Result(message, envelope, ModernResult.Complete(result, envelope.Method, CacheHint.None, task.Connection.Server.ServerInfo));
}
