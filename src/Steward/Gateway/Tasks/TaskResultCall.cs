using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// The <c>tasks/result</c> request of a bridged task: open from the beginning, since a server may ask what it needs on its stream only,
/// and says there that the task is over.
/// </summary>
internal sealed class TaskResultCall : PendingCall
{
    private readonly BridgedTask _task;

    public TaskResultCall(BridgedTask task)
    {
        _task = task;
        Timeout = System.Threading.Timeout.InfiniteTimeSpan; // the task may take as long as it lives
    }

    public override bool MayCauseQuestions => true;

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Result.Exists)
            _task.OnResult(envelope.Result.Of(message));
        else
            _task.OnResultRefused(envelope.Error.Of(message));
    }

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // The modern era has no progress of tasks.
    }

    public override void OnFailed(int code, string message) => _task.OnGone(code, message);

    /// <remarks>The way to a remote server failed, not the task: it is asked again when the client asks.</remarks>
    public override void OnUndeliverable(string message, int status) => _task.OnResultLost();
}
