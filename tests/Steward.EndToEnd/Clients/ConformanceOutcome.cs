namespace Steward.EndToEnd.Clients;

/// <summary>How many checks of a scenario had which end, and what was wrong.</summary>
/// <param name="Kind">What the scenario is to the revision: <c>required</c>, or why it is not scored.</param>
/// <param name="Passed">Checks that passed.</param>
/// <param name="Failed">Checks that failed.</param>
/// <param name="Warnings">Checks of a recommendation that failed.</param>
/// <param name="Problems">What failed, and why.</param>
internal sealed record ConformanceOutcome(string Kind, int Passed, int Failed, int Warnings, IReadOnlyList<string> Problems);
