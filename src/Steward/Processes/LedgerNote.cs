namespace Steward.Processes;

/// <summary>What an earlier daemon noted of a child.</summary>
/// <param name="Run">The run; its value of the marker.</param>
/// <param name="Boot">The boot of the machine.</param>
/// <param name="Process">The process; its id is 0 where the note was written by half, or before the process was started.</param>
/// <param name="ServerId">The server.</param>
/// <param name="SealedCommand">What is to be run at its end, sealed; null: nothing.</param>
internal sealed record LedgerNote(string Run, string Boot, ProcessIdentity Process, string ServerId, string? SealedCommand);
