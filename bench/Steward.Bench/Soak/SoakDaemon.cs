using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.Bench.Targets;

namespace Steward.Bench.Soak;

/// <summary>The program under soak and what its API says.</summary>
internal sealed class SoakDaemon : IAsyncDisposable
{
    private readonly GatewayProcess _process;
    private readonly HttpClient _api;

    private SoakDaemon(GatewayProcess process, Uri url, int id, string token)
    {
        (_process, Url, Id) = (process, url, id);
        _api = new HttpClient { BaseAddress = url };
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    internal Uri Url { get; }

    internal int Id { get; }

    internal string LogFile => _process.LogFile;

    internal static async Task<SoakDaemon> StartAsync(string program, string config, string directory, CancellationToken cancellationToken)
    {
        var data = Path.Combine(directory, "data");
        var process = GatewayProcess.Start(directory, "steward", program, "up", "--plain", "--config", config, "--data", data);
        return await process.UntilAsync("steward up", () =>
        {
            var file = Path.Combine(data, "daemon.json");
            if (!File.Exists(file))
                return null;
            using var facts = JsonDocument.Parse(File.ReadAllBytes(file));
            var token = File.ReadAllText(Path.Combine(data, "api-token")).Trim();
            return new SoakDaemon(process, new Uri(facts.RootElement.GetProperty("url").GetString()!), facts.RootElement.GetProperty("pid").GetInt32(), token);
        }, cancellationToken);
    }

    /// <summary>Id, state and process of each server.</summary>
    internal async Task<IReadOnlyList<(string Id, string State, int? Pid)>> ServersAsync(CancellationToken cancellationToken)
    {
        await using var body = await _api.GetStreamAsync("/api/v1/servers", cancellationToken);
        var servers = (await JsonNode.ParseAsync(body, cancellationToken: cancellationToken))!.AsArray();
        return [.. servers.Select(server => ((string)server!["id"]!, (string)server["state"]!, (int?)server["pid"]))];
    }

    /// <summary>Ends it as a person does, and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _process.DisposeAsync();
    }
}
