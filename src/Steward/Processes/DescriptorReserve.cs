using System.Globalization;
using System.Text;

namespace Steward.Processes;

/// <summary>
/// Keeps some of this process's descriptors from servers: without any, not even those who would stop a server could connect.
/// See <see href="https://man7.org/linux/man-pages/man2/getrlimit.2.html"/>.
/// </summary>
internal static class DescriptorReserve
{
    /// <summary>How many servers leave alone. A start takes about ten, most of them for a moment.</summary>
    private const int Kept = 32;

    /// <summary>Why there are too few descriptors for another server; <see langword="null"/> where there are enough, or nobody can tell.</summary>
    public static string? Problem()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var limit = Limit();
            var open = Directory.GetFileSystemEntries("/proc/self/fd").Length;
            return limit - open >= Kept ? null
                : $"of {limit} open files that this process may have, {Math.Max(0, limit - open)} are left, and Steward keeps {Kept} for its clients; raise the limit (LimitNOFILE of systemd, ulimit -n), or run fewer servers";
        }
        catch (IOException)
        {
            return "no more open files: raise the limit (LimitNOFILE of systemd, ulimit -n), or run fewer servers"; // these could not be opened either
        }
    }

    /// <summary>How many descriptors this process may have, and whom it starts.</summary>
    public static long Limit()
    {
        const string name = "Max open files";
        var limits = File.ReadAllText("/proc/self/limits", Encoding.ASCII).AsSpan();
        var soft = limits[(limits.IndexOf(name) + name.Length)..].TrimStart();
        return long.TryParse(soft[..soft.IndexOf(' ')], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue; // or unlimited
    }
}
