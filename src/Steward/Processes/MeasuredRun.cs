using Steward.Configuration;

namespace Steward.Processes;

/// <summary>A process of a server that is measured, with all that comes of it.</summary>
/// <param name="ServerId">Its server.</param>
/// <param name="Run">The value of its marker.</param>
/// <param name="Root">The process.</param>
/// <param name="OwnsSession">Whether it leads a session, of which everybody belongs to it.</param>
internal sealed record MeasuredRun(string ServerId, string Run, ProcessIdentity Root, bool OwnsSession)
{
    /// <summary>The limits that nobody keeps but who measures.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>The same in words, with the reason.</summary>
    public IReadOnlyList<string> Watched { get; init; } = [];

    /// <summary>The limits that nobody keeps at all, with the reason.</summary>
    public IReadOnlyList<string> NotEnforced { get; init; } = [];

    /// <summary>Tells the limits that it came to and lives on with, in words.</summary>
    public Func<IReadOnlyList<string>> Reached { get; init; } = static () => [];

    /// <summary>Hears that it took too much, in words. Returns at once.</summary>
    public Action<string> Overstepped { get; init; } = static _ => { };

    public bool IsWatched => Limits is { MemoryMb: > 0 } or { MaxProcesses: > 0 };
}
