namespace Steward.EndToEnd;

/// <summary>
/// What the conformance suite expects of a server, and no gateway can do for one of the other era; each with the line of the
/// specification that says so.
/// </summary>
internal static class AcrossEras
{
    private static readonly (string Revision, string Era, string Scenario, string Problem, string Reason)[] Impossible =
    [
        ("2026-07-28", "legacy", "input-required-result-ignore-extra-params", "sep-2322-ignore-unexpected-params",
            "2025-11-25, basic: \"Result responses MUST include the same ID as the request they correspond to.\" An answer that comes before "
            + "the server has asked corresponds to none."),
    ];

    public static bool Excuses(string revision, string era, string scenario, string problem) => Impossible.Any(known =>
        known.Revision == revision && known.Era == era && known.Scenario == scenario && problem.StartsWith(known.Problem, StringComparison.Ordinal));
}
