using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams.Instances;

/// <summary>One of several processes of a server, with a supervisor and a board of its own: it fails and comes back by itself.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly ManagedServer _server;
    private readonly StatusBoard _board;
    private readonly ServerSupervisor _supervisor;

    public Instance(int number, ServerConfig config, SupervisionTools tools)
    {
        (Number, _board, _server) = (number, tools.Board, new ManagedServer(config, tools.Board));
        _supervisor = new ServerSupervisor(_server, tools);
    }

    /// <summary>The first is 1.</summary>
    public int Number { get; }

    public ServerStatus Status => _server.Status;

    /// <summary>Its run, while it is <see cref="ServerState.Running"/>.</summary>
    public IServerRun? Run => _server.Current;

    /// <summary>Whether it runs or has failed once.</summary>
    public bool HasSettled => Status is { State: ServerState.Running } or { ConsecutiveFailures: > 0 };

    /// <summary>Starts it.</summary>
    public void Start() => _ = _supervisor.StartAsync(); // heard or refused, it cannot fault

    /// <summary>Starts it anew.</summary>
    public void Restart() => _ = _supervisor.RestartAsync(); // heard or refused, it cannot fault

    /// <summary>Calls back with each change, until the instance is disposed. Never faults.</summary>
    public async Task FollowAsync(Action changed)
    {
        await foreach (var _ in _board.WatchAsync().ConfigureAwait(false))
            changed();
    }

    /// <summary>Probes it now, to the end of the time that a probe has.</summary>
    /// <returns>What is wrong with it, in words; <see langword="null"/> where it answers.</returns>
    public async Task<string?> CheckAsync()
    {
        var failure = await _supervisor.CheckHealthAsync(CancellationToken.None).ConfigureAwait(false);
        return failure ?? (Run is null ? $"it is {Status.State}" : null);
    }

    /// <summary>The server is defined anew, in nothing that would need another run.</summary>
    public void Redefine(ServerConfig config) => _ = _supervisor.RedefineAsync(config); // heard or refused, it cannot fault

    /// <inheritdoc cref="ServerSupervisor.Watch"/>
    public void Watch(bool isOn) => _supervisor.Watch(isOn);

    /// <summary>Stops without any more grace.</summary>
    public void Force() => _supervisor.Force();

    /// <summary>Stops it. Completes when nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync().ConfigureAwait(false);
        await _supervisor.Ended.ConfigureAwait(false);
        _board.Complete();
    }
}
