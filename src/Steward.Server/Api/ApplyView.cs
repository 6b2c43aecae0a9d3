using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary>What was done, and what became of it.</summary>
/// <param name="Plan">What was to be done.</param>
/// <param name="Servers">What became of each server that it was about.</param>
internal sealed record ApplyView(PlanView Plan, IReadOnlyList<ServerOutcome> Servers);
