using Steward.Configuration;

namespace Steward.Cli.Import;

/// <summary>A place in which Steward keeps servers: the running daemon, the registry on the disk, or a file.</summary>
internal interface IServerBook : IAsyncDisposable
{
    /// <summary>What users call it, such as "the running daemon".</summary>
    string Name { get; }

    /// <summary>What to say behind the news that servers were added: what becomes of them, and what to do next. Begins with a blank where it is not empty.</summary>
    string NextStep { get; }

    /// <summary>The servers in it.</summary>
    Task<IReadOnlyList<ServerConfig>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Adds a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="source">Where it was found.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It cannot be added.</exception>
    Task AddAsync(ServerConfig server, string source, CancellationToken cancellationToken);
}
