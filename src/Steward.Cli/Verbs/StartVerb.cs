using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward start SERVER…</c></summary>
internal sealed class StartVerb(CliContext context) : LifecycleVerb(context, "start", "Start servers and wait until they run")
{
    protected override bool IsDone(ServerStatus status) => status.State == ServerState.Running;
}
