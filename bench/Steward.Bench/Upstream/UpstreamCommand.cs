namespace Steward.Bench.Upstream;

/// <summary>How a gateway starts one upstream.</summary>
internal sealed record UpstreamCommand(string Id, string Command, IReadOnlyList<string> Arguments)
{
    /// <summary>The fast echo server: a mode of this program.</summary>
    internal static UpstreamCommand Echo { get; } = new("echo", Environment.ProcessPath!, ["echo-server"]);

    /// <summary>The same for the protocol's modern era.</summary>
    internal static UpstreamCommand ModernEcho { get; } = Echo with { Arguments = ["modern-echo-server"] };

    /// <summary>Many servers of twenty tools each.</summary>
    internal static IReadOnlyList<UpstreamCommand> Many(int count, string script) =>
        [.. Enumerable.Range(1, count).Select(n => new UpstreamCommand($"many{n:00}", "sh", [script]))];
}
