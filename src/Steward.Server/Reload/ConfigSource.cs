using Steward.Configuration;

namespace Steward.Server.Reload;

/// <summary>Where the configuration came from.</summary>
/// <param name="File">The file, as an absolute path.</param>
internal sealed record ConfigSource(string File)
{
    /// <summary>Whether to follow the file as it changes.</summary>
    public bool Follow { get; init; } = true;

    /// <summary>What the command line says against the file.</summary>
    public Func<StewardConfig, StewardConfig> Override { get; init; } = static config => config;
}
