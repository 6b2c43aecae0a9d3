namespace Steward.Gateway.Tasks;

/// <summary>
/// Whose the tasks of one server are. A server that many clients share cannot tell them apart; the book can, so that nobody sees or
/// touches what another has begun. A task that is not in the book, such as one from before Steward was started, is left to the server.
/// </summary>
internal sealed class TaskBook
{
    // The oldest is forgotten beyond: its id is then all that protects it, as it is with any server that knows no clients.
    private const int Most = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskEntry> _byId = new(StringComparer.Ordinal);
    private readonly Queue<TaskEntry> _order = []; // with those whose ids others have by now

    /// <summary>Notes a task that a server has just made. It takes the place of one that has its id from a run that is over: the server began to count anew.</summary>
    public void Note(TaskEntry entry)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(entry.Id, out var known) && !known.Connection.IsGone)
                return;
            _byId[entry.Id] = entry;
            _order.Enqueue(entry);
            if (_order.Count > Most && _order.Dequeue() is var oldest && _byId.GetValueOrDefault(oldest.Id) == oldest)
                _byId.Remove(oldest.Id);
        }
    }

    /// <summary>What is known of a task of which a connection speaks: not of one that has its id on another that lives. A server may remember those of its earlier runs.</summary>
    public TaskEntry? Find(Upstreams.UpstreamConnection connection, string id) =>
        Find(id) is { } entry && (entry.Connection == connection || entry.Connection.IsGone) ? entry : null;

    /// <summary>The task that a call made, by the id under which the server knew the call.</summary>
    public TaskEntry? FindByCall(Upstreams.UpstreamConnection connection, long upstreamId)
    {
        lock (_gate)
            return _byId.Values.FirstOrDefault(entry => entry.UpstreamId == upstreamId && entry.Connection == connection);
    }

    /// <summary>Whether a run has made a task for a client. When it is over only the client knows: the run may be asked for it for as long as it lasts.</summary>
    public bool Any(Upstreams.UpstreamConnection connection)
    {
        lock (_gate)
            return _byId.Values.Any(entry => entry.Connection == connection);
    }

    /// <summary>Whether a client may ask for a task: its own, or one that nothing is known of.</summary>
    public bool IsOpenTo(string id, GatewayClient client) => Find(id) is not { } entry || entry.Owner.Principal == client.Principal;

    /// <summary>Whether a client made a task itself: what it is shown when it lists its tasks.</summary>
    public bool IsOf(string id, GatewayClient client) =>
        Find(id) is { } entry && (client.Principal is null ? entry.Owner == client : entry.Owner.Principal == client.Principal);

    private TaskEntry? Find(string id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }
}
