namespace Steward.Processes;

/// <summary>One line of a server's log.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Source">Who wrote it.</param>
/// <param name="Text">The line without colours; other control characters are escaped.</param>
public sealed record LogLine(DateTimeOffset At, LogSource Source, string Text)
{
    /// <summary>Counts the lines of this log, from 0; a gap means lines that were dropped.</summary>
    public long Number { get; init; }
}
