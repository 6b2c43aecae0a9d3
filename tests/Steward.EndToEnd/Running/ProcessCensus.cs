using System.Globalization;
using System.Text;

namespace Steward.EndToEnd.Running;

/// <summary>Finds processes by a variable in their environment, which all descendants of a test's program inherit.</summary>
internal sealed record ProcessCensus(string Variable, string Value)
{
    private readonly byte[] _marker = Encoding.ASCII.GetBytes($"{Variable}={Value}\0");

    /// <summary>The living processes that carry the mark, with their command lines. Zombies have no environment: they do not count.</summary>
    public IReadOnlyList<MarkedProcess> Living() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Has(pid))
            .Select(pid => new MarkedProcess(pid, Encoding.UTF8.GetString(Read(pid, "cmdline")).Replace('\0', ' '))),
    ];

    /// <summary>Whether a process carries the mark.</summary>
    public bool Has(int pid) => Read(pid, "environ").AsSpan().IndexOf(_marker) >= 0;

    /// <summary>What a variable of a process says; <see langword="null"/> where it has none, or is gone.</summary>
    public static string? VariableOf(int pid, string variable) => Encoding.UTF8.GetString(Read(pid, "environ")).Split('\0')
        .FirstOrDefault(entry => entry.StartsWith($"{variable}=", StringComparison.Ordinal))?[(variable.Length + 1)..];

    // Not by its command line: that is empty for a moment in the middle of an exec.
    public static bool IsAlive(int pid)
    {
        var stat = Encoding.ASCII.GetString(Read(pid, "stat"));
        return stat.Length > 0 && stat[(stat.LastIndexOf(')') + 2)..] is not ['Z' or 'X', ..];
    }

    private static byte[] Read(int pid, string file)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // gone meanwhile, or somebody else's
        }
    }
}
