using Steward.Processes;

namespace Steward.Tests.Processes;

/// <summary>A process that is watched from outside, by a handle that cannot mistake it for another.</summary>
internal sealed class Watched(int id) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ProcessHandle? _handle = ProcessTable.Read(id) is { } entry ? ProcessHandle.Open(entry.Identity) : null;

    public int Id => id;

    public long StartTime { get; } = ProcessTable.Read(id)?.StartTime ?? 0;

    public bool IsAlive => ProcessTable.Read(id) is { IsDead: false };

    /// <summary>Whether it ends in time; returns as soon as it does.</summary>
    public bool Ends()
    {
        if (_handle is { } handle)
            Posix.WaitFor(handle.Descriptor, Patience);
        return !IsAlive;
    }

    public void Dispose() => _handle?.Dispose();
}
