using System.Text.Json;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// A <c>subscriptions/listen</c> request about tasks, made for one subscription of a client and ended with it: unlike lists and resources,
/// tasks are nobody's but their owner's. See <see href="https://modelcontextprotocol.io/extensions/tasks/overview"/>.
/// </summary>
internal sealed class TaskListenCall : PendingCall
{
    private readonly TaskCompletionSource<IReadOnlySet<string>> _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlySet<string> _taskIds;
    private readonly ITaskListener _listener;

    /// <param name="taskIds">The tasks, as the server calls them.</param>
    /// <param name="listener">Hears of them.</param>
    public TaskListenCall(IReadOnlySet<string> taskIds, ITaskListener listener)
    {
        (_taskIds, _listener) = (taskIds, listener);
        Timeout = System.Threading.Timeout.InfiniteTimeSpan;
    }

    /// <summary>Completes when the server has agreed, with the tasks that it tells of; with none where it has refused. Never faults; may never complete.</summary>
    public Task<IReadOnlySet<string>> Acknowledged => _acknowledged.Task;

    /// <summary>Takes a notification that belongs to the request; <see langword="false"/> where it ends it.</summary>
    public bool TryHear(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        switch (envelope.Method)
        {
            case McpMethod.NotificationsSubscriptionsAcknowledged:
                _acknowledged.TrySetResult(Agreed(envelope.Notifications.Of(message)));
                return true;
            case McpMethod.NotificationsTasks when JsonText.Read(envelope.TaskId.Of(message)) is { } id && _taskIds.Contains(id):
                _listener.OnTaskChanged(id, message, envelope);
                return true;
            case McpMethod.NotificationsCancelled when !envelope.SubscriptionId.Exists:
                End();
                return false;
            default:
                return true; // it was not asked for
        }
    }

    /// <summary>Nobody hears it any more, or the connection ends.</summary>
    public void Stop(UpstreamConnection connection)
    {
        connection.Cancel(this, "No longer needed.");
        End();
    }

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => End();

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // It has no progress to speak of.
    }

    public override void OnFailed(int code, string message) => End();

    private void End()
    {
        if (!_acknowledged.TrySetResult(new HashSet<string>()))
            _listener.OnTasksUnheard();
    }

    private HashSet<string> Agreed(ReadOnlySpan<byte> filter)
    {
        var agreed = new HashSet<string>(StringComparer.Ordinal);
        if (filter is not [(byte)'{', ..])
            return agreed;
        try
        {
            var reader = new Utf8JsonReader(filter, JsonRpcEnvelope.ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.TryGetProperty("taskIds"u8, out var list) && list.ValueKind == JsonValueKind.Array)
                agreed.UnionWith(list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!));
            agreed.IntersectWith(_taskIds);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: none of ours.
        }

        return agreed;
    }
}
