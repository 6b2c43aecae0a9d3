using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Server.Reload;

/// <summary>A plan and what has become of it.</summary>
internal sealed record AppliedPlan(ConfigPlan Plan, IReadOnlyList<ServerOutcome> Outcomes);
