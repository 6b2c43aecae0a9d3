using System.Text;

namespace Steward.EndToEnd.Matrix;

/// <summary>The cells of the matrix as text: a table per client, a row per server, a column per feature.</summary>
internal sealed class MatrixTable
{
    private readonly Dictionary<string, Dictionary<string, Dictionary<string, string>>> _clients = [];

    /// <summary>What did not work: client, server, feature, trouble.</summary>
    public IReadOnlyList<string> Failures =>
    [
        .. from client in _clients
           from server in client.Value
           from cell in server.Value
           where cell.Value != "ok"
           select $"{client.Key} | {server.Key} | {cell.Key}: {cell.Value}",
    ];

    public void Add(string client, Dictionary<string, Dictionary<string, string>> visits)
    {
        var servers = _clients.TryGetValue(client, out var known) ? known : _clients[client] = [];
        foreach (var (server, visit) in visits)
        {
            var cells = servers.TryGetValue(server, out var row) ? row : servers[server] = [];
            foreach (var (feature, outcome) in visit)
                cells[feature] = outcome;
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (client, servers) in _clients)
        {
            string[] features = [.. servers.Values.SelectMany(cells => cells.Keys).Distinct()];
            text.AppendLine($"### {client}").AppendLine();
            AppendRow(text, ["server", .. features]);
            AppendRow(text, features.Select(_ => "---").Prepend("---"));
            foreach (var (server, cells) in servers.OrderBy(server => server.Key, StringComparer.Ordinal))
                AppendRow(text, [server, .. features.Select(feature => cells.GetValueOrDefault(feature) switch { "ok" => "yes", null => "", _ => "NO" })]);
            text.AppendLine();
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) => text.AppendLine($"| {string.Join(" | ", cells)} |");
}
