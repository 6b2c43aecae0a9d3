using ModelContextProtocol.Client;
using Steward.Clients;
using Steward.Supervision;

namespace Steward;

/// <content>Talking to the servers.</content>
public sealed partial class McpServerManager
{
    private ManagedClients Clients => _clients ?? throw new InvalidOperationException("This manager serves a gateway: connect to that.");

    /// <summary>
    /// A client of one server, the same for everybody who asks. It outlives the server's runs: while the server is away calls fail, and
    /// when it is back they work again. Notifications are handed over in their order, and before the answer that they precede. It is the
    /// manager's: disposing it does nothing.
    /// </summary>
    /// <param name="id">The server, which must run, or be about to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="ServerNotRunningException">The server does not run.</exception>
    public async Task<McpClient> GetClientAsync(string id, CancellationToken cancellationToken = default)
    {
        _ = Find(id);
        return await Clients.GetAsync(id, cancellationToken).ConfigureAwait(false);
    }
}
