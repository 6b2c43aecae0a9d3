using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Processes;
using Steward.Testing;
using Steward.Upstreams.Auth;
using Steward.Upstreams.Remote;

namespace Steward.Upstreams;

/// <summary>What it takes to reach upstreams, the same for all of them.</summary>
/// <param name="Spawner">Starts the processes.</param>
/// <param name="Logs">Keeps what they say.</param>
/// <param name="Variables">Resolves what their declarations refer to.</param>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">Makes loggers.</param>
internal sealed record UpstreamHost(ProcessSpawner Spawner, ServerLogs Logs, VariableResolver Variables, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>Opens the way to a remote server.</summary>
    public Func<ResolvedServer, UpstreamHost, CancellationToken, Task<ILink>> ConnectAsync { get; init; } = RemoteLinks.ConnectAsync;

    /// <summary>Servers in the memory of this program, by the ids of the definitions whose place they take.</summary>
    public IReadOnlyDictionary<string, InMemoryServer> InMemory { get; init; } = FrozenDictionary<string, InMemoryServer>.Empty;

    /// <summary>What was found out about remote servers.</summary>
    public RemoteTransports Transports { get; } = new();

    /// <summary>Gets the tokens that remote servers ask for. Without one of the program's own they last as long as this.</summary>
    public RemoteAuthorization Authorization { get; init; } = new(new AuthorizationHost(null, Time, Loggers));

    /// <summary>How the calls of servers went lately, whichever process of theirs answered.</summary>
    public CallWindows Calls { get; } = new(Time);

    /// <summary>Which tools servers had.</summary>
    public ToolMemory Tools { get; init; } = new();

    /// <summary>Hears what servers say of their own accord; null where nobody wants to know.</summary>
    public INotificationListener? Notifications { get; init; }

    /// <summary>Who servers are told that they speak with where clients share them.</summary>
    public Introduction Introduction { get; init; } = Introduction.Shared;

    /// <summary>Of which era servers turned out to be.</summary>
    public EraMemory Eras { get; init; } = new();

    public ILogger Logger { get; } = Loggers.CreateLogger("Steward.Upstreams");
}
