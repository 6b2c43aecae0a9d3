using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward stop SERVER…</c></summary>
internal sealed class StopVerb(CliContext context) : LifecycleVerb(context, "stop", "Stop servers gracefully; they stay stopped until somebody starts them")
{
    protected override bool IsDone(ServerStatus status) => status.State is ServerState.Stopped or ServerState.Disabled;
}
