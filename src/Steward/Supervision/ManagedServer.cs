using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>A server of the manager, as the other rooms see it.</summary>
internal sealed class ManagedServer(ServerConfig config, StatusBoard board)
{
    private IServerRun? _current;

    public ServerConfig Config => config;

    /// <summary>The run that may be used: there is one exactly while the server is <see cref="ServerState.Running"/>.</summary>
    public IServerRun? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    public ServerStatus Status => board.Find(config.Id)!;
}
