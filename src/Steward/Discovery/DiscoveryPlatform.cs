namespace Steward.Discovery;

/// <summary>The family of operating systems that decides where things lie.</summary>
public enum DiscoveryPlatform
{
    /// <summary>Linux, and every other Unix but macOS.</summary>
    Linux,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}
