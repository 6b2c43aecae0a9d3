namespace Steward.Processes;

/// <summary>Where a line of a server's log comes from.</summary>
public enum LogSource
{
    /// <summary>The server's standard error.</summary>
    Stderr,

    /// <summary>The server's standard output, where a line was no protocol message.</summary>
    Stdout,

    /// <summary>Steward itself: starts, stops, what was left out.</summary>
    Steward,
}
