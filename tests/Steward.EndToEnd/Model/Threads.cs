using System.Globalization;

namespace Steward.EndToEnd.Model;

/// <summary>The threads of this process, but for those that the runtime keeps for everybody, and ends when it likes.</summary>
internal sealed class Threads
{
    private static readonly string[] Shared = [".NET TP ", ".NET Tiered", ".NET Sockets", ".NET Timer", ".NET BGC", ".NET Finalizer", ".NET SigHandler", ".NET SynchManag"];

    private readonly Dictionary<string, int> _counts;

    private Threads(Dictionary<string, int> counts) => _counts = counts;

    public static Threads Look() => new(Directory.EnumerateDirectories("/proc/self/task").Select(NameOf).OfType<string>()
        .Where(name => !Array.Exists(Shared, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
        .GroupBy(name => name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal));

    /// <summary>Which there are more of than before, by name; empty where none are.</summary>
    public string MoreThan(Threads before) => string.Join(", ", _counts.Where(each => each.Value > before._counts.GetValueOrDefault(each.Key))
        .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Value - before._counts.GetValueOrDefault(each.Key)} more threads '{each.Key}'")));

    private static string? NameOf(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, "comm")).TrimEnd();
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }
}
