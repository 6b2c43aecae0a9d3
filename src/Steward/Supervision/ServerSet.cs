namespace Steward.Supervision;

/// <summary>The servers of a manager at one moment. Immutable: readers take one and need no lock.</summary>
internal sealed class ServerSet
{
    private readonly Dictionary<string, ServerSupervisor> _byId;

    private ServerSet(ServerSupervisor[] supervisors)
    {
        Supervisors = supervisors;
        Servers = [.. supervisors.Select(supervisor => supervisor.Server)];
        _byId = supervisors.ToDictionary(supervisor => supervisor.Server.Id, StringComparer.Ordinal);
    }

    public static ServerSet Empty { get; } = new([]);

    public static ServerSet Of(IEnumerable<ServerSupervisor> supervisors) => new([.. supervisors]);

    /// <summary>In the order in which they were declared; behind them what was added, in that order.</summary>
    public IReadOnlyList<ServerSupervisor> Supervisors { get; }

    /// <summary>One list of each set: to compare by reference.</summary>
    public IReadOnlyList<ManagedServer> Servers { get; }

    public IReadOnlyCollection<string> Ids => _byId.Keys;

    public ServerSupervisor? Find(string id) => _byId.GetValueOrDefault(id);

    public ServerSet With(ServerSupervisor added) => new([.. Supervisors, added]);

    public ServerSet Without(ServerSupervisor removed) => new([.. Supervisors.Where(supervisor => supervisor != removed)]);

    /// <summary>The same servers as another set.</summary>
    public ServerSet Renewed() => new([.. Supervisors]);

    /// <summary>The same servers, those of the ids first and in their order.</summary>
    public ServerSet InOrder(IReadOnlyList<string> ids)
    {
        var first = ids.Select(Find).OfType<ServerSupervisor>().ToList();
        return new([.. first, .. Supervisors.Except(first)]);
    }
}
