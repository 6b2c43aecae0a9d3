using System.Diagnostics;
using Steward.Bench.Sessions;
using Steward.Bench.Upstream;

namespace Steward.Bench.Recovery;

/// <summary>A server that was started with nothing between: its own start is what Steward is measured against.</summary>
internal sealed class StartedAlone : IDisposable
{
    private readonly PipeSession _session;

    internal StartedAlone(UpstreamCommand server)
    {
        var began = Stopwatch.GetTimestamp();
        _session = new PipeSession(server.Command, server.Arguments);
        Milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>The time from the start of its process to its answer to <c>initialize</c>.</summary>
    internal double Milliseconds { get; }

    public void Dispose() => _session.Dispose();
}
