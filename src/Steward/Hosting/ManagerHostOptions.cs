using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Authentication;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Testing;
using Steward.Upstreams;
using Steward.Upstreams.Remote;

namespace Steward.Hosting;

/// <summary>What a <see cref="ManagerHost"/> is made of.</summary>
/// <param name="Limits">How much clients may take.</param>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">Makes loggers.</param>
internal sealed record ManagerHostOptions(GatewayLimits Limits, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>Resolves what definitions refer to.</summary>
    public VariableResolver Variables { get; init; } = new();

    /// <summary>A folder that is the host's alone until it is disposed.</summary>
    public ManagerDirectory? Directory { get; init; }

    /// <summary>Where children are noted for the next process, should this one die; null: nowhere.</summary>
    public string? ProcessesDirectory { get; init; }

    /// <summary>The folder of the servers' log files; null keeps lines in memory only.</summary>
    public string? LogsDirectory { get; init; }

    /// <summary>Where the tokens of remote servers are kept; null: nowhere.</summary>
    public string? TokensDirectory { get; init; }

    /// <summary>Of which era servers turned out to be.</summary>
    public EraMemory Eras { get; init; } = new();

    /// <summary>Which tools servers had.</summary>
    public ToolMemory Tools { get; init; } = new();

    /// <summary>What servers were when they last ran, before this process.</summary>
    public Func<ServerConfig, Recollection?> Recall { get; init; } = static _ => null;

    /// <summary>Has a person log in to a remote server; null where nobody sits before this process.</summary>
    public Func<AuthorizationCallbackContext, CancellationToken, Task<AuthorizationResult?>>? Browser { get; init; }

    /// <summary>Whether a program embeds the manager: nobody types commands, and no gateway of it listens.</summary>
    public bool IsEmbedded { get; init; }

    /// <summary>Opens the way to a remote server.</summary>
    public Func<ResolvedServer, UpstreamHost, CancellationToken, Task<ILink>> ConnectAsync { get; init; } = RemoteLinks.ConnectAsync;

    /// <summary>Who servers are told that they speak with where clients share them.</summary>
    public Introduction Introduction { get; init; } = Introduction.Shared;

    /// <summary>Servers in the memory of this program, by the ids of the definitions whose place they take.</summary>
    public IReadOnlyDictionary<string, InMemoryServer> InMemory { get; init; } = FrozenDictionary<string, InMemoryServer>.Empty;

    /// <summary>Starts servers instead of the real launcher, for tests.</summary>
    public IServerLauncher? Launcher { get; init; }
}
