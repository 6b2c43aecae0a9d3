namespace Steward.Bench.Targets;

/// <summary>A way through Steward: which endpoint, and the eras of the protocol on both sides of it.</summary>
internal sealed record StewardRoute(string Name, bool IsMerged, bool IsModernClient, bool HasModernServer)
{
    internal static IReadOnlyList<StewardRoute> All { get; } =
    [
        new("steward", IsMerged: false, IsModernClient: false, HasModernServer: false),
        new("steward-merged", IsMerged: true, IsModernClient: false, HasModernServer: false),
        new("modern", IsMerged: false, IsModernClient: true, HasModernServer: true),
        new("modern-merged", IsMerged: true, IsModernClient: true, HasModernServer: true),
        new("modern-to-legacy", IsMerged: false, IsModernClient: true, HasModernServer: false),
        new("legacy-to-modern", IsMerged: false, IsModernClient: false, HasModernServer: true),
    ];
}
