using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.Bench.Targets;

/// <summary>A daemon of the real program, on a free port, and what its API says.</summary>
internal sealed class StewardDaemon : IAsyncDisposable
{
    private readonly GatewayProcess _process;
    private readonly HttpClient _api;

    private StewardDaemon(GatewayProcess process, Uri url, int id, string token)
    {
        (_process, Url, Id) = (process, url, id);
        _api = new HttpClient { BaseAddress = url };
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    internal Uri Url { get; }

    internal int Id { get; }

    internal string LogFile => _process.LogFile;

    internal static async Task<StewardDaemon> StartAsync(string program, string config, string directory, CancellationToken cancellationToken)
    {
        var data = Path.Combine(directory, "data");
        var process = GatewayProcess.Start(directory, "steward", program, "up", "--plain", "--listen", "http://127.0.0.1:0", "--config", config, "--data", data);
        return await process.UntilAsync("steward up", () =>
        {
            var file = Path.Combine(data, "daemon.json");
            if (!File.Exists(file))
                return null;
            using var facts = JsonDocument.Parse(File.ReadAllBytes(file));
            var token = File.ReadAllText(Path.Combine(data, "api-token")).Trim();
            return new StewardDaemon(process, new Uri(facts.RootElement.GetProperty("url").GetString()!), facts.RootElement.GetProperty("pid").GetInt32(), token);
        }, cancellationToken);
    }

    /// <summary>Id, state and process of each server.</summary>
    internal async Task<IReadOnlyList<(string Id, string State, int? Pid)>> ServersAsync(CancellationToken cancellationToken)
    {
        await using var body = await _api.GetStreamAsync("/api/v1/servers", cancellationToken);
        var servers = (await JsonNode.ParseAsync(body, cancellationToken: cancellationToken))!.AsArray();
        return [.. servers.Select(server => ((string)server!["id"]!, (string)server["state"]!, (int?)server["pid"]))];
    }

    /// <summary>Starts a server anew, and waits until it runs or has failed.</summary>
    /// <returns>Its status.</returns>
    internal async Task<JsonObject> RestartAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await _api.PostAsync($"/api/v1/servers/{id}/restart", null, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return (await JsonNode.ParseAsync(body, cancellationToken: cancellationToken))!.AsObject();
    }

    /// <summary>Stops servers, side by side, and waits.</summary>
    internal Task StopAllAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => Task.WhenAll(ids.Select(async id =>
    {
        using var response = await _api.PostAsync($"/api/v1/servers/{id}/stop", null, cancellationToken);
        response.EnsureSuccessStatusCode();
    }));

    /// <summary>Ends it as a person does, and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _process.DisposeAsync();
    }
}
