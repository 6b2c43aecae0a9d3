using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <content>What the session hears of its tasks.</content>
internal sealed partial class Session
{
    /// <summary>The request of the client that waits for a task's result: what the task asks for goes on its stream.</summary>
    /// <param name="connection">Where the task is.</param>
    /// <param name="taskId">The server's id of the task, as JSON.</param>
    public Exchange? FindResultOf(UpstreamConnection connection, ReadOnlySpan<byte> taskId)
    {
        var id = JsonText.Read(taskId);
        return Find(exchange => exchange.Method == McpMethod.TasksResult && exchange.Connection == connection && exchange.Task?.TaskId == id);
    }

    /// <summary>Tells the client of a task of its own, under the id by which it knows it.</summary>
    public void TellOfTask(string serverId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var exposed = ExposeTaskId(serverId, envelope.TaskId.Of(message));
        var edits = new FrameEdits(new byte[exposed.Length]);
        edits.Replace(envelope.TaskId, exposed);
        Tell(RentedFrame.Copy(message, edits));
    }

    /// <summary>The id of a task as the client knows it, as JSON.</summary>
    private byte[] ExposeTaskId(string serverId, ReadOnlySpan<byte> taskId) =>
        JsonText.Read(taskId) is { } id ? JsonRpcWriter.String(Endpoint.ExposedTaskId(serverId, id)) : taskId.ToArray();
}
