namespace Steward.Catalog;

/// <summary>Says in words how two versions of a server differ in what they offer.</summary>
internal static class CatalogDifference
{
    // Of a server with hundreds of tools a few names are told, and how many there are.
    private const int MostNames = 8;
    private const int LongestName = 64;

    /// <summary>Such as <c>tools: +search, -find, ~read; prompts: -review</c>; <see langword="null"/> where they offer the same.</summary>
    public static string? Describe(ServerCatalog before, ServerCatalog after)
    {
        var kinds = after.Differences(before).Select(kind => $"{Word(kind)}: {Describe(before[kind], after[kind])}").ToList();
        return kinds.Count == 0 ? null : string.Join("; ", kinds);
    }

    private static string Describe(IReadOnlyList<CatalogItem> before, IReadOnlyList<CatalogItem> after)
    {
        var (old, now) = (ByKey(before), ByKey(after));
        string[] names =
        [
            .. now.Keys.Where(key => !old.ContainsKey(key)).Select(key => $"+{key}"),
            .. old.Keys.Where(key => !now.ContainsKey(key)).Select(key => $"-{key}"),
            .. now.Where(item => old.TryGetValue(item.Key, out var raw) && !raw.AsSpan().SequenceEqual(item.Value)).Select(item => $"~{item.Key}"),
        ];
        return names.Length == 0 ? "in another order" : BoundedText.Names(names, MostNames, LongestName);
    }

    /// <summary>A server may list one twice; the first counts.</summary>
    private static Dictionary<string, byte[]> ByKey(IReadOnlyList<CatalogItem> items)
    {
        var byKey = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var item in items)
            byKey.TryAdd(item.Key, item.Raw);
        return byKey;
    }

    private static string Word(CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => "tools",
        CatalogKind.Prompts => "prompts",
        CatalogKind.Resources => "resources",
        _ => "resource templates",
    };
}
