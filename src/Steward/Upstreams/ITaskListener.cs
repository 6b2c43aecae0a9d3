using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Somebody who hears what becomes of tasks. Called by the reader of the server's output, in the order in which it speaks; must not block.</summary>
internal interface ITaskListener
{
    /// <summary>A task has changed.</summary>
    /// <param name="taskId">What the server calls it.</param>
    /// <param name="message">The server's <c>notifications/tasks</c>.</param>
    /// <param name="envelope">Where its parts are.</param>
    void OnTaskChanged(string taskId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>The server tells of the tasks no longer.</summary>
    void OnTasksUnheard();
}
