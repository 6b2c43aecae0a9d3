using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward check SERVER…</c></summary>
internal sealed class CheckVerb(CliContext context) : LifecycleVerb(context, "check", "Probe servers now and say what was found")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward check memory", "ask one server, and make the call of its health.call"),
        ("steward check --all", "all of them; fails where one is not healthy, but for those that rest"),
    ];

    protected override bool IsDone(ServerStatus status) => status.StartsOnCall || status is { State: ServerState.Running, Health: ServerHealth.Healthy };

    protected override string Describe(ServerStatus status) => status.State == ServerState.Running
        ? $"{status.Id} is {status.Health}{(status.HealthReason is { } reason ? $": {SafeText.Line(reason)}" : "")}"
        : $"{status.Id} is {status.State}{(status.StartsOnCall ? " (starts on first call)" : "")} and was not probed{(status.LastError is { } error ? $": {SafeText.Line(error)}" : "")}";
}
