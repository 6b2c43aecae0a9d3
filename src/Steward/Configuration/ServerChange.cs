namespace Steward.Configuration;

/// <summary>A server of a <see cref="ConfigPlan"/> that is defined anew.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Keys">The keys that say something else, such as <c>args</c> or <c>health.intervalMs</c>. Never values: they may be secret.</param>
/// <param name="Effect">What becomes of it.</param>
public sealed record ServerChange(string Id, IReadOnlyList<string> Keys, ServerChangeEffect Effect)
{
    /// <summary>
    /// Whether a running server is started by the new definition beside the old one, which ends once the new one has taken its place
    /// (<see cref="ServerUpdateMode.Beside"/>): no call fails, and where it does not come up the old one runs on.
    /// </summary>
    public bool IsBeside { get; init; }

    internal static ServerChange? Between(ServerConfig current, ServerConfig wanted)
    {
        var differences = ServerDifferences.Between(current, wanted);
        if (differences.Keys.Count == 0)
            return null;
        var effect = (current.Disabled, wanted.Disabled) switch
        {
            (false, true) => ServerChangeEffect.Disable,
            (true, false) => ServerChangeEffect.Enable,
            (false, false) when differences.NeedsRestart => ServerChangeEffect.Restart,
            _ => ServerChangeEffect.InPlace,
        };
        return new(wanted.Id, differences.Keys, effect) { IsBeside = effect == ServerChangeEffect.Restart && ServerDifferences.AllowBeside(current, wanted) };
    }
}
