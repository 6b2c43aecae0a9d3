using System.Globalization;
using System.Text.RegularExpressions;

namespace Steward.EndToEnd.Model;

/// <summary>What this process has open.</summary>
internal sealed partial class Descriptors
{
    private readonly Dictionary<string, int> _counts;

    private Descriptors(Dictionary<string, int> counts) => _counts = counts;

    /// <summary>Looks once what can be collected has been.</summary>
    public static Descriptors Look()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new(Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(TargetOf).OfType<string>()
            .Where(target => !IsCode(target)).GroupBy(target => Numbers().Replace(target, "*"), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal));
    }

    /// <summary>What there is more of than before, by kind; empty where nothing is.</summary>
    public string MoreThan(Descriptors before) => string.Join(", ", _counts.Where(each => each.Value > before._counts.GetValueOrDefault(each.Key))
        .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Value - before._counts.GetValueOrDefault(each.Key)} more of {each.Key}")));

    /// <summary>The runtime keeps open what it runs, and what it has looked up for a stack trace.</summary>
    private static bool IsCode(string target) => target.EndsWith(".dll", StringComparison.Ordinal) || target.EndsWith(".pdb", StringComparison.Ordinal) || target.Contains(".so", StringComparison.Ordinal);

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null; // that of the look itself
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}
