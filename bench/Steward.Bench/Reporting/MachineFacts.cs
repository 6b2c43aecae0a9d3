using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Steward.Bench.Reporting;

/// <summary>The machine under the figures.</summary>
internal static class MachineFacts
{
    internal static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "unknown processor";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} × {model}, {memory:0} GiB; Linux {Environment.OSVersion.Version}; {RuntimeInformation.FrameworkDescription}; node {NodeVersion()}");
    }

    private static string NodeVersion()
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true });
        var version = node?.StandardOutput.ReadLine() ?? "unknown";
        node?.WaitForExit();
        return version;
    }
}
