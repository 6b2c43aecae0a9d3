namespace Steward.EndToEnd.Clients;

/// <summary>How many checks of a scenario had which end, and what was wrong.</summary>
internal sealed record ConformanceOutcome(int Passed, int Failed, int Warnings, IReadOnlyList<string> Problems);
