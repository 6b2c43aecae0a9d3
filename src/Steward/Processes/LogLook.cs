namespace Steward.Processes;

/// <summary>What a follower of a log finds at one moment.</summary>
/// <param name="Lines">The next lines.</param>
/// <param name="Lost">How many lines before them are gone from memory already.</param>
/// <param name="Next">Where to look next.</param>
/// <param name="Grown">Completes when there is more; null when there are lines, or there will be none.</param>
internal readonly record struct LogLook(IReadOnlyList<LogLine> Lines, long Lost, long Next, Task? Grown);
