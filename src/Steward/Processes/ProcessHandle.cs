namespace Steward.Processes;

/// <summary>Holds on to one very process: what is sent through it can never reach another that got the same id later.</summary>
internal readonly struct ProcessHandle : IDisposable
{
    private readonly int _id;

    private ProcessHandle(int id, int descriptor) => (_id, Descriptor) = (id, descriptor);

    /// <summary>Becomes readable when the process ends; negative on kernels before 5.3.</summary>
    public int Descriptor { get; }

    /// <summary>Opens a process; null when it is gone.</summary>
    public static ProcessHandle? Open(ProcessIdentity process)
    {
        var handle = new ProcessHandle(process.Id, Posix.OpenProcess(process.Id));

        // Opened first, compared second: from here on the id cannot pass to another process unseen.
        if (ProcessTable.Read(process.Id) is { IsDead: false } entry && entry.StartTime == process.StartTime)
            return handle;

        handle.Dispose();
        return null;
    }

    public bool Kill() => Descriptor >= 0 ? Posix.SignalHandle(Descriptor, Posix.SigKill) : Posix.Signal(_id, Posix.SigKill);

    public void Dispose()
    {
        if (Descriptor >= 0)
            Posix.CloseHandle(Descriptor);
    }
}
