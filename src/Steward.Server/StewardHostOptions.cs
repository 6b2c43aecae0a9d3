using Microsoft.AspNetCore.Builder;
using ModelContextProtocol.Authentication;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Server.Daemon;
using Steward.Supervision;

namespace Steward.Server;

/// <summary>What a <see cref="StewardHost"/> serves, and from where.</summary>
public sealed class StewardHostOptions
{
    /// <summary>The servers to run and the address to listen on.</summary>
    public required StewardConfig Config { get; init; }

    /// <summary>The file that <see cref="Config"/> was read from: it is followed, and can be planned and applied over the API.</summary>
    /// <value>Default: <see langword="null"/>, which means none.</value>
    public string? ConfigFile { get; init; }

    /// <summary>Whether <see cref="ConfigFile"/> is followed as it changes.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool FollowsConfigFile { get; init; } = true;

    /// <summary>Where the host keeps its token, logs and facts. One host at a time can use it.</summary>
    public required DataDirectory Data { get; init; }

    /// <summary>The clock.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What the command line says against the file.</summary>
    internal Func<StewardConfig, StewardConfig> OverrideConfig { get; init; } = static config => config;

    /// <summary>Starts servers instead of the real launcher, for tests.</summary>
    internal IServerLauncher? Launcher { get; init; }

    /// <summary>Logs in to remote servers where nobody else can, for tests.</summary>
    internal Func<AuthorizationCallbackContext, CancellationToken, Task<AuthorizationResult?>>? Browser { get; init; }

    /// <summary>Where to look for servers that could be added, for tests.</summary>
    internal DiscoveryContext? Machine { get; init; }

    /// <summary>Changes the web application before it is built, for tests.</summary>
    internal Action<WebApplicationBuilder>? Customize { get; init; }
}
