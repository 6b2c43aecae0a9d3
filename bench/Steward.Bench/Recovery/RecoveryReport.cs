using System.Globalization;
using System.Text;
using Steward.Bench.Reporting;

namespace Steward.Bench.Recovery;

/// <summary>The tables of bench/recovery.</summary>
/// <param name="Text">The tables, and on what machine they were measured.</param>
/// <param name="IsMet">Whether all goals are.</param>
internal sealed record RecoveryReport(string Text, bool IsMet)
{
    private const double MostOverheadMs = 250;

    // What the start itself takes of the machine is nobody's doing; this is what Steward may add to it.
    private const double MostSlower = 1.25;

    internal static async Task<RecoveryReport> MakeAsync(int kills, IReadOnlyList<Victim> victims, Bystander bystander)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| kill -9, {kills} times each | own start, median ms | next answer, median ms | p90 | max | failed calls | above its own start | goal < {MostOverheadMs} ms |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var victim in victims)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {victim.Name} | {Victim.Quantile(victim.OwnStarts, 0.5):0} | {Victim.Quantile(victim.Recoveries, 0.5):0} | {Victim.Quantile(victim.Recoveries, 0.9):0} | {victim.Recoveries.Max():0} | {victim.FailedCalls} | {victim.Overhead:0} ms | {Verdict(IsBackInTime(victim))} |");
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| calls of another server meanwhile | p50 ms | p99 ms | calls |\n|---|---|---|---|");
        AppendPhase("while nothing happens", Phase.Quiet);
        AppendPhase("while the same programs start outside of Steward", Phase.OwnStart);
        AppendPhase("while Steward starts the killed ones again", Phase.Recovery);
        var (p50, p99) = (Slower(0.5), Slower(0.99));
        var isMet = bystander.Failure is null && p50 <= MostSlower && p99 <= MostSlower;
        text.AppendLine(CultureInfo.InvariantCulture, $"| the last against the one before, goal at most {MostSlower} × | {p50:0.00} × | {p99:0.00} × | {Verdict(isMet)} |");
        text.AppendLine();
        if (bystander.Failure is { } failure)
            text.AppendLine(CultureInfo.InvariantCulture, $"A call of the other server failed: {failure}");
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).TrimEnd();
        text.Append(CultureInfo.InvariantCulture, $"{MachineFacts.Describe()}; load average {load}");
        return new(text.ToString(), isMet && victims.All(IsBackInTime));

        void AppendPhase(string what, Phase phase) => text.AppendLine(CultureInfo.InvariantCulture,
            $"| {what} | {bystander.Of(phase).Percentile(0.5):0.00} | {bystander.Of(phase).Percentile(0.99):0.00} | {bystander.Of(phase).Count:#,0} |");

        double Slower(double share) => bystander.Of(Phase.Recovery).Percentile(share) / bystander.Of(Phase.OwnStart).Percentile(share);
    }

    private static bool IsBackInTime(Victim victim) => victim.Overhead < MostOverheadMs;

    private static string Verdict(bool isMet) => isMet ? "met" : "**missed**";
}
