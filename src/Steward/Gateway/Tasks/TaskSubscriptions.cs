using Steward.Gateway.Leases;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// Has servers tell a subscription what becomes of tasks. Each server is asked anew for each subscription, in the words of its client: a task
/// is its owner's alone, and who may hear of it is not for one request to say that many share.
/// </summary>
internal static class TaskSubscriptions
{
    /// <summary>Begins to tell a subscription of tasks.</summary>
    /// <param name="subscription">Who wants to know.</param>
    /// <param name="taskIds">The tasks, as its endpoint calls them.</param>
    /// <param name="bridged">The tasks of legacy servers that modern clients own.</param>
    /// <param name="within">A server that takes longer to agree does not tell.</param>
    /// <returns>Those of which it will hear.</returns>
    public static async Task<IReadOnlyList<string>> BeginAsync(ModernSubscription subscription, IReadOnlyList<string> taskIds, BridgedTasks bridged, TimeSpan within)
    {
        if (taskIds.Count == 0)
            return [];
        var honoured = new HashSet<string>(StringComparer.Ordinal);
        var known = new List<(GatewayServer Server, string TaskId, string Exposed)>();
        foreach (var exposed in taskIds)
        {
            if (subscription.Endpoint.FindTask(exposed) is not var (server, id))
                continue;
            if (bridged.Find(server, id, subscription.Client) is { } task)
                Begin(subscription, task, exposed, honoured);
            else if (server.Tasks.IsOpenTo(id, subscription.Client))
                known.Add((server, id, exposed));
        }

        var begun = await Task.WhenAll(known.GroupBy(task => task.Server).Select(tasks => BeginAsync(subscription, tasks.Key, tasks.ToDictionary(task => task.TaskId, task => task.Exposed), within)))
            .ConfigureAwait(false);
        honoured.UnionWith(begun.SelectMany(ids => ids));
        return [.. taskIds.Where(honoured.Contains)];
    }

    private static void Begin(ModernSubscription subscription, BridgedTask task, string exposed, HashSet<string> honoured)
    {
        var listener = new Listener(subscription, new() { [task.Id] = exposed });
        task.Listen(listener);
        subscription.WhenEnded(() => task.Unlisten(listener));
        honoured.Add(exposed);
    }

    private static async Task<IEnumerable<string>> BeginAsync(ModernSubscription subscription, GatewayServer server, Dictionary<string, string> exposed, TimeSpan within)
    {
        if (server.Run?.Connection is not { Server: { HasTasks: true, Era: ProtocolEra.Modern } } connection)
            return [];
        var call = new TaskListenCall(exposed.Keys.ToHashSet(StringComparer.Ordinal), new Listener(subscription, exposed));
        connection.Send(call, "subscriptions/listen", Parameters(exposed.Keys), LeaseKey.MetaOf(subscription.Client));
        await ((Task)call.Acknowledged).WaitAsync(within, subscription.Client.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!call.Acknowledged.IsCompletedSuccessfully || call.Acknowledged.Result.Count == 0)
        {
            connection.Cancel(call, "It was not agreed to.");
            return [];
        }

        subscription.WhenEnded(() => call.Stop(connection));
        return call.Acknowledged.Result.Select(id => exposed[id]);
    }

    private static byte[] Parameters(IEnumerable<string> taskIds) => JsonRpcWriter.Object(json =>
    {
        json.WriteStartObject("notifications"u8);
        json.WriteStartArray("taskIds"u8);
        foreach (var id in taskIds)
            json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Tells the subscription under the ids that its endpoint gives to tasks.</summary>
    private sealed class Listener(ModernSubscription subscription, Dictionary<string, string> exposed) : ITaskListener
    {
        public void OnTaskChanged(string taskId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => subscription.OnTaskChanged(exposed[taskId], message, envelope);

        public void OnTasksUnheard() => subscription.OnTasksUnheard();
    }
}
