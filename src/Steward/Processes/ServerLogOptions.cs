namespace Steward.Processes;

/// <summary>How much of a server's log is kept.</summary>
internal sealed record ServerLogOptions
{
    /// <summary>The folder of the log files; null keeps lines in memory only.</summary>
    public string? Directory { get; init; }

    /// <summary>How many lines are kept in memory.</summary>
    public int MaxLines { get; init; } = 2_000;

    /// <summary>How many bytes of lines are kept in memory.</summary>
    public int MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>At which size the file is replaced by a new one.</summary>
    public long FileBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>How many files are kept, the present one included.</summary>
    public int Files { get; init; } = 3;

    /// <summary>How many bytes per second the file may grow; beyond it the oldest lines in memory are left out of the file.</summary>
    public int FileBytesPerSecond { get; init; } = 1024 * 1024;
}
