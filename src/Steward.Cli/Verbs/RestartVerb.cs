using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward restart SERVER…</c></summary>
internal sealed class RestartVerb(CliContext context) : LifecycleVerb(context, "restart", "Stop servers, start them again and wait until they run")
{
    protected override bool IsDone(ServerStatus status) => status.State == ServerState.Running;
}
