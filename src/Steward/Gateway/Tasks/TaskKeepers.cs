using System.Collections.Concurrent;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>Who keeps which task of a legacy server: for a modern client, or for a call that waits for what comes of it. As many as there are calls in flight and bridged tasks, which are bounded.</summary>
internal sealed class TaskKeepers
{
    private readonly ConcurrentDictionary<(UpstreamConnection Connection, string TaskId), ITaskKeeper> _keepers = new();

    public void Add(UpstreamConnection connection, string taskId, ITaskKeeper keeper) => _keepers[(connection, taskId)] = keeper;

    public void Remove(UpstreamConnection connection, string taskId, ITaskKeeper keeper) =>
        _keepers.TryRemove(new KeyValuePair<(UpstreamConnection, string), ITaskKeeper>((connection, taskId), keeper));

    /// <summary>Who keeps a task; <see langword="null"/> where nobody does.</summary>
    /// <param name="connection">Where the task is.</param>
    /// <param name="taskId">Its id as JSON; empty for none.</param>
    public ITaskKeeper? Find(UpstreamConnection connection, ReadOnlySpan<byte> taskId) =>
        !taskId.IsEmpty && JsonText.Read(taskId) is { } id ? _keepers.GetValueOrDefault((connection, id)) : null;

    /// <summary>Whether a task of a connection is kept.</summary>
    public bool Any(UpstreamConnection connection) => _keepers.Keys.Any(key => key.Connection == connection);

    /// <summary>Tells whoever was asked that the server no longer wants to know; <see langword="false"/> where no task asked that.</summary>
    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        foreach (var keeper in _keepers.Values)
        {
            if (keeper.Withdraw(connection, envelope.RequestId.Of(message)))
                return true;
        }

        return false;
    }
}
