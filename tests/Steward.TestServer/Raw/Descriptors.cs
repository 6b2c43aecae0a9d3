using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Steward.TestServer.Raw;

/// <summary>The open files of this process.</summary>
internal static class Descriptors
{
    /// <summary>Closes a pipe. The runtime and <see cref="Console"/> hold duplicates of it, so everything goes that leads to the same one.</summary>
    public static void Close(int number)
    {
        var pipe = new FileInfo($"/proc/self/fd/{number}").LinkTarget;
        foreach (var file in new DirectoryInfo("/proc/self/fd").GetFiles().Where(file => file.LinkTarget == pipe))
            new SafeFileHandle(int.Parse(file.Name, CultureInfo.InvariantCulture), ownsHandle: true).Dispose();
    }

    public static void CloseAndStay(int number)
    {
        Close(number);
        new ManualResetEventSlim().Wait();
    }
}
