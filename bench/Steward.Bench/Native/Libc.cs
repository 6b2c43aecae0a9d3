using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Steward.Bench.Native;

/// <summary>The few system calls of the hot loops: no thread pool, no allocation, no surprise.</summary>
internal static unsafe partial class Libc
{
    internal const short PollIn = 1;
    internal const short PollOut = 4;

    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int SetFlags = 4;
    private const int GetFlags = 3;
    private const int NonBlocking = 0x800;

    /// <summary>Reads what is there. Zero means the end, minus one means nothing yet.</summary>
    internal static int Read(int descriptor, Span<byte> destination)
    {
        fixed (byte* start = destination)
            return Transferred(Read(descriptor, start, (nuint)destination.Length), "read");
    }

    /// <summary>Writes what fits. Minus one means nothing fits now.</summary>
    internal static int Write(int descriptor, ReadOnlySpan<byte> source)
    {
        fixed (byte* start = source)
            return Transferred(Write(descriptor, start, (nuint)source.Length), "write");
    }

    internal static void WriteAll(int descriptor, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            var written = Write(descriptor, source);
            if (written > 0)
                source = source[written..];
            else
                WaitFor(descriptor, PollOut);
        }
    }

    /// <summary>Waits until one descriptor is ready; an interruption counts as nothing ready.</summary>
    internal static int Poll(Span<PollDescriptor> descriptors, int timeoutMs)
    {
        fixed (PollDescriptor* start = descriptors)
        {
            var ready = Poll(start, (nuint)descriptors.Length, timeoutMs);
            if (ready >= 0)
                return ready;
        }

        return Marshal.GetLastPInvokeError() == Interrupted ? 0 : throw Failure("poll");
    }

    internal static bool WaitFor(int descriptor, short events, int timeoutMs = 60_000)
    {
        Span<PollDescriptor> one = [new PollDescriptor { Descriptor = descriptor, Events = events }];
        return Poll(one, timeoutMs) > 0;
    }

    internal static void SetNonBlocking(int descriptor)
    {
        var flags = Control(descriptor, GetFlags, 0);
        if (flags < 0 || Control(descriptor, SetFlags, flags | NonBlocking) < 0)
            throw Failure("fcntl");
    }

    /// <summary>Sends a signal to one process that this program started.</summary>
    internal static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    private static int Transferred(nint result, string call)
    {
        if (result >= 0)
            return (int)result;
        var error = Marshal.GetLastPInvokeError();
        return error is WouldBlock or Interrupted ? -1 : throw Failure(call);
    }

    private static BenchException Failure(string call)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new BenchException($"{call} failed: {error.Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
