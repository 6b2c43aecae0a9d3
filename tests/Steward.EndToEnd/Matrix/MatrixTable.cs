using System.Text;

namespace Steward.EndToEnd.Matrix;

/// <summary>The cells of the matrix as text: a table per client, a row per server, a column per feature.</summary>
internal sealed class MatrixTable
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _failures = [];

    /// <summary>What did not work: client, server, feature, trouble.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public void Add(string client, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> servers)
    {
        string[] features = [.. servers.Values.SelectMany(cells => cells.Keys).Distinct()];
        _text.AppendLine($"### {client}").AppendLine();
        Row(["server", .. features]);
        Row([.. features.Prepend("").Select(_ => "---")]);
        foreach (var (server, cells) in servers.OrderBy(server => server.Key, StringComparer.Ordinal))
        {
            Row([server, .. features.Select(feature => cells.GetValueOrDefault(feature) switch { "ok" => "yes", null => "", _ => "NO" })]);
            _failures.AddRange(cells.Where(cell => cell.Value != "ok").Select(cell => $"{client} | {server} | {cell.Key}: {cell.Value}"));
        }

        _text.AppendLine();
    }

    public override string ToString() => _text.ToString();

    private void Row(IEnumerable<string> cells) => _text.AppendLine($"| {string.Join(" | ", cells)} |");
}
