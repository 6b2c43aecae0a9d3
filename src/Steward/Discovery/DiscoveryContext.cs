namespace Steward.Discovery;

/// <summary>The machine on which sources look: everything that they may know of it. Tests have one of their own.</summary>
public sealed record DiscoveryContext
{
    /// <summary>The user's home folder, absolute.</summary>
    public required string Home { get; init; }

    /// <summary>The folder from which the user asks; the configurations of projects lie here.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The environment: gives the value of a variable, or null when it is not set.</summary>
    public required Func<string, string?> Variables { get; init; }

    /// <summary>The operating system, which decides where things lie.</summary>
    public required DiscoveryPlatform Platform { get; init; }

    /// <summary>The folder in which absolute paths of the system begin; see <see cref="SystemPath"/>.</summary>
    /// <value>Default: <c>/</c>.</value>
    public string Root { get; init; } = "/";

    /// <summary>The clock.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the client for requests to other machines. The caller disposes it and sets a time-out of his own.</summary>
    /// <value>Default: a new client, by the proxy of the environment.</value>
    public Func<HttpClient> CreateHttpClient { get; init; } = static () => new HttpClient();

    /// <summary>What the user looks for, else null. Only sources that search by themselves need to look at it.</summary>
    public string? Query { get; init; }

    /// <summary>The folders of <c>PATH</c>, absolute, in their order, each once.</summary>
    public IReadOnlyList<string> Path =>
        [.. (Variables("PATH") ?? "")
            .Split(Platform == DiscoveryPlatform.Windows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => System.IO.Path.GetFullPath(folder, WorkingDirectory))
            .Distinct(StringComparer.Ordinal)];

    /// <summary>This machine, seen from this process.</summary>
    public static DiscoveryContext OfThisMachine() => new()
    {
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        WorkingDirectory = Environment.CurrentDirectory,
        Variables = Environment.GetEnvironmentVariable,
        Platform = OperatingSystem.IsWindows() ? DiscoveryPlatform.Windows : OperatingSystem.IsMacOS() ? DiscoveryPlatform.MacOS : DiscoveryPlatform.Linux,
    };

    /// <summary>A path within the home folder.</summary>
    /// <param name="relative">With <c>/</c> between its parts.</param>
    public string HomePath(string relative) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Home, relative));

    /// <summary>A path of the system, such as <c>/usr/local/bin</c>.</summary>
    public string SystemPath(string absolute) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, absolute.TrimStart('/')));
}
