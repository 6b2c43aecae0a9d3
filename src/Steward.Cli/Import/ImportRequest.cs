namespace Steward.Cli.Import;

/// <summary>What somebody wants to import.</summary>
/// <param name="Files">Only from these files.</param>
/// <param name="Names">Only these servers; empty for all.</param>
/// <param name="Clients">From these clients.</param>
/// <param name="Sources">From these sources.</param>
internal sealed record ImportRequest(IReadOnlyList<string> Files, IReadOnlyList<string> Names, IReadOnlyList<string> Clients, IReadOnlyList<string> Sources)
{
    /// <summary>Tells files from names: a file ends as configurations do, or begins as paths do.</summary>
    public static ImportRequest Of(IEnumerable<string> words, string[] clients, string[] sources)
    {
        var isFile = words.ToLookup(IsFile);
        return new([.. isFile[true]], [.. isFile[false].Distinct(StringComparer.Ordinal)], clients, sources);
    }

    private static bool IsFile(string word) =>
        word is ['.' or '~' or '/' or '\\', ..] || Path.IsPathRooted(word) || Path.GetExtension(word).ToUpperInvariant() is ".JSON" or ".JSONC" or ".TOML";
}
