using Steward.Bench.Load;
using Steward.Bench.Sessions;

namespace Steward.Bench.Targets;

/// <summary>Something calls can go through: a gateway, an empty server, or nothing but a pipe.</summary>
internal abstract class Target : IAsyncDisposable
{
    /// <summary>The column of the table.</summary>
    internal abstract string Name { get; }

    /// <summary>False for servers that know no MCP.</summary>
    internal virtual bool SpeaksMcp => true;

    /// <summary>True when several servers stand behind one endpoint.</summary>
    internal virtual bool Aggregates => false;

    /// <summary>The process that is measured, once started; null when there is none.</summary>
    internal virtual int? ProcessId => null;

    /// <summary>Processes around the measured one that belong to the program and are no upstream.</summary>
    internal virtual IReadOnlyList<int> GuardIds => [];

    public abstract ValueTask DisposeAsync();

    /// <summary>Starts with the given servers and returns when sessions can be opened.</summary>
    internal abstract Task StartAsync(IReadOnlyList<Upstream.UpstreamCommand> servers, CancellationToken cancellationToken);

    internal abstract McpSession OpenSession();

    internal virtual TargetCounters ReadCounters() => ProcessId is { } id
        ? new TargetCounters(ProcessFacts.CpuSeconds(id), GuardIds.Sum(ProcessFacts.CpuSeconds), null)
        : default;

    internal double? ResidentMiB() => ProcessId is { } id ? ProcessFacts.ResidentMiB(id) : null;

    internal double? ResidentWithGuardsMiB() => ProcessId is { } id ? ProcessFacts.ResidentMiB(id) + GuardIds.Sum(ProcessFacts.ResidentMiB) : null;
}
