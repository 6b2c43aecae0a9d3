namespace Steward.Configuration.Sections;

/// <summary>The words for what alerts tell, in the file and on the wire.</summary>
internal static class AlertWords
{
    private static readonly (string Word, AlertKind Kind)[] Table =
    [
        ("crashed", AlertKind.Crashed),
        ("failed", AlertKind.Failed),
        ("unhealthy", AlertKind.Unhealthy),
        ("degraded", AlertKind.Degraded),
        ("recovered", AlertKind.Recovered),
    ];

    public static IEnumerable<string> All => Table.Select(row => row.Word);

    public static string Of(AlertKind kind) => Table.First(row => row.Kind == kind).Word;

    public static IReadOnlyList<string> Of(IEnumerable<AlertKind> kinds) => [.. kinds.Select(Of)];

    public static AlertKind? KindOf(string word) => Table.Where(row => row.Word == word).Select(row => (AlertKind?)row.Kind).FirstOrDefault();
}
