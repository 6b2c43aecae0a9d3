namespace Steward.Gateway.Tasks;

/// <summary>
/// The tasks of legacy servers that modern clients own. Bounded in number, in time and in what their results may take up; a task that is
/// forgotten is cancelled at its server.
/// </summary>
internal sealed class BridgedTasks(TaskKeepers keepers, TimeProvider clock)
{
    /// <summary>How long a task is kept at most, from its beginning on; a server may keep it for less.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    /// <summary>How many there may be, and how many of one client. Of those the ones that are over make room first.</summary>
    public const int Most = 1_024;
    public const int MostOfOne = 256;

    // What does not fit is asked for again when the client wants it.
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string ServerId, string TaskId), BridgedTask> _tasks = [];
    private long _bytes;

    public TaskKeepers Keepers => keepers;

    /// <summary>Makes room for one more task of a client; <see langword="false"/> where all that there may be are at work.</summary>
    public bool TryMakeRoom(ModernClient client)
    {
        BridgedTask? oldest;
        lock (_gate)
        {
            var own = _tasks.Values.Where(task => IsSame(task.Owner, client)).ToList();
            var isFull = _tasks.Count >= Most;
            if (!isFull && own.Count < MostOfOne)
                return true;
            oldest = (own.Count >= MostOfOne ? own : [.. _tasks.Values]).Where(task => task.IsOver).MinBy(task => task.BegunAt);
            if (oldest is null)
                return false;
            _tasks.Remove((oldest.Server.Id, oldest.Id));
        }

        oldest.Forget();
        return true;
    }

    public void Add(BridgedTask task)
    {
        BridgedTask? former;
        lock (_gate)
        {
            _tasks.Remove((task.Server.Id, task.Id), out former);
            _tasks.Add((task.Server.Id, task.Id), task);
        }

        if (former is not null && former.Connection != task.Connection)
            former.Forget(); // of a run of the server that began to count anew
        keepers.Add(task.Connection, task.Id, task);
    }

    /// <summary>A task that a client may ask for; <see langword="null"/> where there is none, or it is another's.</summary>
    public BridgedTask? Find(GatewayServer server, string taskId, GatewayClient client)
    {
        lock (_gate)
            return _tasks.TryGetValue((server.Id, taskId), out var task) && task.Owner.Principal == client.Principal ? task : null;
    }

    /// <summary>Whether a result of that size is kept; it is to be released.</summary>
    public bool TryKeep(int bytes)
    {
        lock (_gate)
        {
            if (_bytes + bytes > MostBytes)
                return false;
            _bytes += bytes;
            return true;
        }
    }

    public void Release(int bytes)
    {
        lock (_gate)
            _bytes = Math.Max(0, _bytes - bytes);
    }

    /// <summary>Forgets the tasks whose time is over.</summary>
    public void Tend()
    {
        List<BridgedTask> old;
        lock (_gate)
        {
            if (_tasks.Count == 0)
                return;
            old = [.. _tasks.Values.Where(task => clock.GetElapsedTime(task.BegunAt) >= task.Life)];
            foreach (var task in old)
                _tasks.Remove((task.Server.Id, task.Id));
        }

        foreach (var task in old)
            task.Forget();
    }

    /// <summary>Forgets all tasks.</summary>
    public void End()
    {
        BridgedTask[] all;
        lock (_gate)
        {
            all = [.. _tasks.Values];
            _tasks.Clear();
        }

        foreach (var task in all)
            task.Forget();
    }

    private static bool IsSame(ModernClient one, ModernClient other) => one == other || (one.Principal is { } principal && principal == other.Principal);
}
