using System.Text;

namespace Steward.Configuration;

/// <summary>Writes a plan for people.</summary>
internal static class ConfigPlanText
{
    public static string Of(ConfigPlan plan)
    {
        var text = new StringBuilder();
        var width = plan.Added.Concat(plan.Removed).Concat(plan.Changed.Select(change => change.Id)).Select(id => id.Length).DefaultIfEmpty().Max();
        foreach (var id in plan.Added)
            Line('+', id, IsOff(plan, id) ? "is added, disabled" : "is added and started");
        foreach (var id in plan.Removed)
            Line('-', id, "is stopped and removed");
        foreach (var change in plan.Changed)
            Line('~', change.Id, $"{Said(change)}: {string.Join(", ", change.Keys)}");
        if (plan.Unchanged.Count > 0)
            text.AppendLine($"{(plan.ChangesNoServer ? "No server changes" : "Unchanged")}: {string.Join(", ", plan.Unchanged)}");
        else if (plan.ChangesNoServer)
            text.AppendLine("No server changes.");
        if (plan.Settings.Count > 0)
            text.AppendLine($"Changed at once: {string.Join(", ", plan.Settings)}");
        if (plan.NeedsRestart.Count > 0)
            text.AppendLine($"Not before 'steward down' and 'steward up': {string.Join(", ", plan.NeedsRestart)}");
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n');

        void Line(char sign, string id, string what) => text.AppendLine($"  {sign} {id.PadRight(width)}  {what}");
    }

    private static bool IsOff(ConfigPlan plan, string id) => plan.Wanted.Servers.First(server => server.Id == id).Disabled;

    private static string Said(ServerChange change) => change.Effect switch
    {
        ServerChangeEffect.Restart => change.IsBeside ? "is replaced without a gap" : "is stopped and started anew",
        ServerChangeEffect.Enable => "is enabled and started",
        ServerChangeEffect.Disable => "is stopped and disabled",
        _ => "is changed in place",
    };
}
