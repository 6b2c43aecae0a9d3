namespace Steward.Cli.Verbs;

/// <summary><c>steward disable SERVER…</c></summary>
internal sealed class DisableVerb(CliContext context) : SwitchVerb(context, "disable", "Stop servers and keep them from starting until they are enabled; this is kept")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward disable files", "stays so over restarts of the daemon, unlike 'steward stop'"),
        ("steward disable files memory", "several, one after the other"),
    ];
}
