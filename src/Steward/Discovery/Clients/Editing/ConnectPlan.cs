namespace Steward.Discovery.Clients.Editing;

/// <summary>What connecting would do to a client's file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Before">Its content; null where there is none.</param>
/// <param name="After">What it will hold.</param>
/// <param name="Name">Under which name Steward will stand in it.</param>
/// <param name="Removed">The servers that are taken out because Steward serves them.</param>
/// <param name="Served">The servers that stay although Steward serves them.</param>
/// <param name="Others">The servers that Steward does not serve; they stay.</param>
internal sealed record ConnectPlan(
    string Path, byte[]? Before, byte[] After, string Name, IReadOnlyList<string> Removed, IReadOnlyList<string> Served, IReadOnlyList<DiscoveredServer> Others)
{
    public bool ChangesFile => Before is null || !Before.AsSpan().SequenceEqual(After);
}
