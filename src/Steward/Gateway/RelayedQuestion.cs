using Steward.Gateway.Tasks;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>A request of a legacy server: it gets the answer as the client gives it, under its own id.</summary>
internal sealed class RelayedQuestion(UpstreamConnection connection, Exchange? cause, byte[] id, byte[] progressToken) : ServerQuestion(connection, cause)
{
    /// <summary>The server's id of the task that it belongs to, as JSON; empty where it belongs to none.</summary>
    public byte[] TaskId { get; init; } = [];

    public override ReadOnlySpan<byte> Id => id;

    public override void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (TaskId.Length > 0 && envelope.Result.Exists && JsonText.Read(TaskId) is { } taskId && !ResultParts.Parse(envelope.Result.Of(message)).RelatedTaskId.Exists)
        {
            // A client that knows nothing of the task does not say to which its answer belongs.
            Connection.Post(JsonRpcWriter.Result(id, RelatedTask.AddTo(envelope.Result.Of(message), taskId)));
            return;
        }

        var edits = new FrameEdits(new byte[id.Length + TaskId.Length]);
        edits.Replace(envelope.Id, id);
        if (TaskId.Length > 0 && envelope.Result.Exists && ResultParts.Parse(envelope.Result.Of(message)).RelatedTaskId is { Length: > 0 } task)
            edits.Replace(task.From(envelope.Result.Start), TaskId);
        Connection.Post(message, edits);
    }

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (progressToken.Length == 0)
            return; // the server did not ask for it
        var edits = new FrameEdits(new byte[progressToken.Length]);
        edits.Replace(envelope.ProgressToken, progressToken);
        Connection.Post(message, edits);
    }

    public override void OnSessionEnded() =>
        Connection.Post(JsonRpcWriter.Error(id, JsonRpcErrorCode.ServerUnavailable, "The client's session has ended."));
}
