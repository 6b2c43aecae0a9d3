using Steward.Configuration;

namespace Steward.Discovery;

/// <summary>How <see cref="ServerDiscovery"/> asks and remembers.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>The sources that are asked when none is named.</summary>
    /// <value>Default: empty, which means those of this machine.</value>
    public IReadOnlyList<string> StandardSources { get; init; } = [];

    /// <summary>How long an answer of a remote source counts as new.</summary>
    /// <value>Default: 1 hour.</value>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a source on this machine may take.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan LocalTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a source on another machine may take, all its requests together.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan RemoteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Another address than GitHub's own, for tests.</summary>
    internal Uri? GitHub { get; init; }

    /// <summary>Options as they are configured.</summary>
    public static DiscoveryOptions Of(DiscoveryConfig config) => new() { StandardSources = config.Sources, CacheFor = config.CacheFor };
}
