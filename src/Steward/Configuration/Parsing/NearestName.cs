namespace Steward.Configuration.Parsing;

/// <summary>Guesses which known name a mistyped one stands for.</summary>
internal static class NearestName
{
    private const int LongestGuessed = 64;

    /// <summary>The nearest of the known names, or null when none is near enough to be meant.</summary>
    public static string? Among(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > LongestGuessed)
            return null;

        var (best, distance) = known
            .Select(candidate => (Name: candidate, Distance: IsBeginning(name, candidate) ? 1 : Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .DefaultIfEmpty((Name: "", Distance: int.MaxValue))
            .MinBy(candidate => candidate.Distance);
        var allowed = name.Length switch { <= 4 => 1, <= 8 => 2, _ => 3 };
        return distance <= allowed ? best : null;
    }

    /// <summary>"timeout" for "timeoutMs": a forgotten ending is far in letters but near in mind.</summary>
    private static bool IsBeginning(string name, string candidate) => name.Length >= 4 && candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>How many letters must be inserted, removed, replaced or swapped with their neighbour.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;

        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }

        return rows[left.Length, right.Length];
    }
}
