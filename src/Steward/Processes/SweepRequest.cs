namespace Steward.Processes;

/// <summary>The leftovers of one run that are to be ended.</summary>
/// <param name="Root">The process that was started.</param>
/// <param name="Run">The run's marker value, which descendants carry in their environment.</param>
/// <param name="OwnsSession">Whether the root leads a session of its own, so that all of that session is ours.</param>
/// <param name="Known">Descendants seen while the parent links still stood.</param>
internal sealed record SweepRequest(
    ProcessIdentity Root, string Run, bool OwnsSession, IReadOnlyCollection<ProcessIdentity> Known);
