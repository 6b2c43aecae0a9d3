namespace Steward.Cli.Verbs;

/// <summary><c>steward enable SERVER…</c></summary>
internal sealed class EnableVerb(CliContext context) : SwitchVerb(context, "enable", "Let disabled servers run, and start them; this is kept")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward enable files", "also where the configuration file disables it"),
        ("steward enable files memory", "several, one after the other"),
    ];
}
