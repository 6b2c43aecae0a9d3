using Steward.Processes;
using Steward.Supervision;

namespace Steward;

/// <content>What the servers write.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// What a server has written to its standard error, and what Steward says of it: of all its runs, also the last one that crashed. The newest lines are kept in memory;
    /// with <see cref="McpServerManagerOptions.DataDirectory"/> all of them in files.
    /// </summary>
    /// <param name="id">The server.</param>
    /// <returns>Its log, which follows the server through restarts and updates until it is removed, or the manager is shut down.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">This manager serves a daemon, which has the logs.</exception>
    public ServerLog GetLog(string id) => Embedding.Host.Logs[Find(id).Server.Id];
}
