using Steward.Configuration;

namespace Steward.Server.Api;

/// <summary>What a configuration would change.</summary>
/// <param name="Added">Ids of the servers that come.</param>
/// <param name="Removed">Ids of the servers that go.</param>
/// <param name="Changed">The servers that are defined anew, with the keys that say something else and what becomes of them.</param>
/// <param name="Unchanged">Ids of the servers that stay as they are.</param>
/// <param name="Settings">Keys beside the servers that have their effect at once.</param>
/// <param name="NeedsRestart">Keys that have their effect only when the daemon is started anew.</param>
/// <param name="Text">All of it for people.</param>
internal sealed record PlanView(
    IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<ServerChange> Changed, IReadOnlyList<string> Unchanged, IReadOnlyList<string> Settings, IReadOnlyList<string> NeedsRestart, string Text)
{
    public static PlanView Of(ConfigPlan plan) => new(plan.Added, plan.Removed, plan.Changed, plan.Unchanged, plan.Settings, plan.NeedsRestart, plan.ToString());
}
