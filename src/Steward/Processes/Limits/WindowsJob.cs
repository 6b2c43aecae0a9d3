using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Steward.Configuration;

namespace Steward.Processes.Limits;

/// <summary>A job object: it ends all its processes when its last handle is closed, which is ours, also where we are killed.</summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsJob : IConfinement
{
    private const int ExtendedLimits = 9;
    private const int CpuRate = 15;
    private const uint KillOnClose = 0x2000;
    private const uint JobMemory = 0x200;
    private const uint ActiveProcesses = 0x8;
    private const uint CpuRateHardCap = 0x1 | 0x4;

    private readonly SafeFileHandle _job;

    private WindowsJob(SafeFileHandle job, IReadOnlySet<string> keeps) => (_job, Keeps) = (job, keeps);

    public IReadOnlySet<string> Keeps { get; }

    public IReadOnlyDictionary<string, string> Refused => new Dictionary<string, string>();

    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static WindowsJob Create(ServerLimits limits)
    {
        var job = CreateJobObject(0, null);
        if (job.IsInvalid)
            throw new Win32Exception();
        var keeps = new HashSet<string>(StringComparer.Ordinal);
        var extended = new ExtendedLimit { Flags = KillOnClose };
        if (limits.MemoryMb > 0)
        {
            (extended.Flags, extended.JobMemory) = (extended.Flags | JobMemory, (nuint)limits.MemoryMb * 1024 * 1024);
            keeps.Add(LimitKeys.Memory);
        }

        if (limits.MaxProcesses > 0)
        {
            (extended.Flags, extended.ActiveProcesses) = (extended.Flags | ActiveProcesses, (uint)limits.MaxProcesses);
            keeps.Add(LimitKeys.Processes);
        }

        if (!SetExtendedLimit(job, ExtendedLimits, ref extended, Marshal.SizeOf<ExtendedLimit>()))
        {
            var error = new Win32Exception();
            job.Dispose();
            throw error;
        }

        // In hundredths of a percent of all processors.
        var rate = new CpuLimit { Flags = CpuRateHardCap, Rate = (uint)Math.Clamp(limits.CpuPercent * 100L / Environment.ProcessorCount, 1, 10_000) };
        if (limits.CpuPercent > 0 && SetCpuLimit(job, CpuRate, ref rate, Marshal.SizeOf<CpuLimit>()))
            keeps.Add(LimitKeys.Cpu);
        return new WindowsJob(job, keeps);
    }

    public string? Entrance => null;

    public void Add(Process process)
    {
        if (!AssignProcessToJobObject(_job, process.SafeHandle))
            throw new Win32Exception();
    }

    /// <summary>More memory than the limit is refused to it; nothing is ended for it.</summary>
    public string? Verdict() => null;

    public IReadOnlyList<string> Reached() => [];

    /// <summary>Its handle has to stay for that; whoever ends the process ends the rest by <see cref="Clear"/>.</summary>
    public void Kill()
    {
    }

    public int Clear()
    {
        _job.Dispose();
        return 0; // nobody counts them
    }

    public void Dispose() => _job.Dispose();

    // JOBOBJECT_EXTENDED_LIMIT_INFORMATION, with the basic part at its beginning.
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimit
    {
        public long PerProcessUserTime;
        public long PerJobUserTime;
        public uint Flags;
        public nuint MinimumWorkingSet;
        public nuint MaximumWorkingSet;
        public uint ActiveProcesses;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public ulong ReadOperations;
        public ulong WriteOperations;
        public ulong OtherOperations;
        public ulong ReadTransfer;
        public ulong WriteTransfer;
        public ulong OtherTransfer;
        public nuint ProcessMemory;
        public nuint JobMemory;
        public nuint PeakProcessMemory;
        public nuint PeakJobMemory;
    }

    // JOBOBJECT_CPU_RATE_CONTROL_INFORMATION.
    [StructLayout(LayoutKind.Sequential)]
    private struct CpuLimit
    {
        public uint Flags;
        public uint Rate;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateJobObject(nint attributes, string? name);

    [LibraryImport("kernel32", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetExtendedLimit(SafeFileHandle job, int kind, ref ExtendedLimit limit, int size);

    [LibraryImport("kernel32", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetCpuLimit(SafeFileHandle job, int kind, ref CpuLimit limit, int size);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(SafeFileHandle job, SafeProcessHandle process);
}
