using Steward.Configuration;
using Steward.Hosting;

namespace Steward.Supervision;

/// <summary>A server of the manager, as the other rooms see it. Its supervisor writes, everybody may read.</summary>
internal sealed class ManagedServer(ServerConfig config, StatusBoard board, ServerOrigin origin = ServerOrigin.Declared, ServerDefaults? defaults = null)
{
    private readonly ServerDefaults _defaults = defaults ?? new();
    private Definition _definition = Definition.Of(config, defaults ?? new());
    private IServerRun? _current;
    private ServerStatus? _last;
    private bool _isLeaving;

    public string Id { get; } = config.Id;

    /// <summary>How it is defined now, as somebody has said it.</summary>
    public ServerConfig Config
    {
        get => Volatile.Read(ref _definition).Said;
        set => Volatile.Write(ref _definition, Definition.Of(value, _defaults));
    }

    /// <summary>The same with what the manager says where the definition does not: how the server is run.</summary>
    public ServerConfig Meant => Volatile.Read(ref _definition).Meant;

    /// <summary>Who says that it is there.</summary>
    public ServerOrigin Origin { get; set; } = origin;

    /// <summary>The run that may be used: there is one exactly while the server is <see cref="ServerState.Running"/>.</summary>
    public IServerRun? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    // The last is kept before the board forgets it: who finds it nowhere has looked for it just too early.
    public ServerStatus Status => Volatile.Read(ref _last) ?? board.Find(Id) ?? Volatile.Read(ref _last)!;

    /// <summary>Whether it is being removed, or has been: nothing of it may be started any more.</summary>
    public bool IsLeaving
    {
        get => Volatile.Read(ref _isLeaving);
        set => Volatile.Write(ref _isLeaving, value);
    }

    /// <summary>Whether nothing of it may be used: it is being removed, or is disabled.</summary>
    public bool IsClosed => IsLeaving || Config.Disabled;

    /// <summary>Takes it off the board. What still holds it finds its last status here.</summary>
    public void Leave()
    {
        Volatile.Write(ref _last, board.Find(Id) is { } last ? last with { IsRemoved = true } : null);
        board.Leave(Id);
    }

    private sealed record Definition(ServerConfig Said, ServerConfig Meant)
    {
        public static Definition Of(ServerConfig said, ServerDefaults defaults) => new(said, defaults.Over(said));
    }
}
