using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary>Whether every enabled server has settled: it runs, or it will not without somebody's doing.</summary>
internal sealed record Readiness(bool Ready, IReadOnlyList<ServerReadiness> Servers);

/// <summary>How one server counts for <see cref="Readiness"/>.</summary>
internal sealed record ServerReadiness(string Id, ServerState State, bool Settled);
