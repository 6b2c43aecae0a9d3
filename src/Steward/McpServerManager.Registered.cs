using Steward.Configuration;
using Steward.Supervision;

namespace Steward;

/// <content>Servers that are kept from one run of the program to the next.</content>
public sealed partial class McpServerManager
{
    /// <summary>A server; <see langword="null"/> where there is none of that id.</summary>
    internal ManagedServer? FindServer(string id) => Set.Find(id)?.Server;

    /// <summary>Adds many registered servers at one time, to be started with the others. Their definitions have passed the check before.</summary>
    /// <returns>The ids of those for which there is a server already.</returns>
    internal IReadOnlyList<string> Enter(IEnumerable<ServerConfig> registered)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_shutdown is not null, this);
            var (known, taken) = (Set, registered.ToLookup(server => Set.Find(server.Id) is not null));
            Volatile.Write(ref _set, ServerSet.Of(
                [.. known.Supervisors, .. taken[false].Select(server => new ServerSupervisor(new ManagedServer(server, _board, ServerOrigin.Registered, _defaults), _tools))]));
            return [.. taken[true].Select(server => server.Id)];
        }
    }
}
