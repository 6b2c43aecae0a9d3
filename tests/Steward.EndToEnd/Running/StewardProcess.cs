using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.EndToEnd.Running;

/// <summary>
/// The real program, started as a user starts it, with a data directory and a free port of its own. Disposing stops it as
/// a user does, and fails when a process is left behind.
/// </summary>
internal sealed class StewardProcess : IAsyncDisposable
{
    // More than its servers and calls may take by their own bounds, also on a slow machine.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(90);

    private readonly LineProcess _process;
    private readonly string _folder;
    private readonly HttpClient _http = new();
    private bool _stopped;

    private StewardProcess(LineProcess process, string folder, ProcessCensus census) =>
        (_process, _folder, Census) = (process, folder, census);

    /// <summary>Where the daemon listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The daemon's process id; the program started first is its guardian.</summary>
    public int DaemonId { get; private set; }

    /// <summary>The process started first, which outlives a killed daemon.</summary>
    public int GuardianId => _process.Id;

    /// <summary>Everything that descends from the program.</summary>
    public ProcessCensus Census { get; }

    public Uri Endpoint => new(Url, "/mcp");

    /// <summary>The data directory.</summary>
    public string Data => Path.Combine(_folder, "data");

    public string ConfigFile => Path.Combine(_folder, "steward.json");

    /// <summary>Saves other servers, as editors do: a new file is renamed over the old one.</summary>
    public async Task SaveAsync(JsonObject servers, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(ConfigFile + "~", Configuration(servers, null).ToJsonString(), cancellationToken);
        File.Move(ConfigFile + "~", ConfigFile, overwrite: true);
    }

    public Uri EndpointOf(string server) => new(Url, $"/servers/{server}/mcp");

    public static async Task<StewardProcess> StartAsync(JsonObject servers, CancellationToken cancellationToken, JsonObject? gateway = null, string? program = null)
    {
        var folder = Directory.CreateTempSubdirectory("steward-e2e-").FullName;
        var config = Path.Combine(folder, "steward.json");
        await File.WriteAllTextAsync(config, Configuration(servers, gateway).ToJsonString(), cancellationToken);

        var census = new ProcessCensus("STEWARD_END_TO_END", Guid.NewGuid().ToString("N"));
        var process = LineProcess.Start(
            program ?? Repository.StewardProgram,
            ["up", "--config", config, "--listen", "http://127.0.0.1:0", "--data", Path.Combine(folder, "data")],
            new Dictionary<string, string> { [census.Variable] = census.Value, ["DOTNET_ROOT"] = Repository.DotnetRoot });
        var steward = new StewardProcess(process, folder, census);
        try
        {
            await steward.ReadFactsAsync(after: 0, cancellationToken);
            return steward;
        }
        catch
        {
            await steward.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program and waits until all these servers run.</summary>
    public static async Task<StewardProcess> StartReadyAsync(JsonObject servers, CancellationToken cancellationToken, JsonObject? gateway = null, string? program = null)
    {
        var ids = servers.Select(server => server.Key).ToArray();
        var steward = await StartAsync(servers, cancellationToken, gateway, program);
        foreach (var id in ids)
            await steward.ReachesAsync(id, "Running", cancellationToken);
        return steward;
    }

    /// <summary>Reads where the daemon listens, once it does; waits for another daemon than the one with the id <paramref name="after"/>.</summary>
    public async Task ReadFactsAsync(int after, CancellationToken cancellationToken)
    {
        var facts = await Poll.UntilAsync(FactsAsync, facts => facts is { } found && found.GetProperty("pid").GetInt32() != after, cancellationToken);
        Url = new(facts!.Value.GetProperty("url").GetString()!);
        DaemonId = facts.Value.GetProperty("pid").GetInt32();
        var token = await File.ReadAllTextAsync(Path.Combine(Data, "api-token"), cancellationToken);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
    }

    public Task<JsonElement> StatusAsync(string server, CancellationToken cancellationToken) => GetAsync($"/servers/{server}", cancellationToken);

    /// <summary>Asks the REST API something.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        _http.GetFromJsonAsync<JsonElement>(new Uri(Url, "/api/v1" + path), cancellationToken);

    /// <summary>Waits until a server's status fits.</summary>
    public Task<JsonElement> ReachesAsync(string server, Func<JsonElement, bool> fits, CancellationToken cancellationToken) =>
        Poll.UntilAsync(() => StatusAsync(server, cancellationToken), fits, cancellationToken);

    /// <inheritdoc cref="ReachesAsync(string, Func{JsonElement, bool}, CancellationToken)"/>
    public Task<JsonElement> ReachesAsync(string server, string state, CancellationToken cancellationToken) =>
        ReachesAsync(server, status => status.GetProperty("state").ValueEquals(state), cancellationToken);

    /// <summary>Tells the REST API to do something; fails on anything but success.</summary>
    public async Task<string> PostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsync(new Uri(Url, "/api/v1" + path), null, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent
            ? body
            : throw new InvalidOperationException($"{path}: {response.StatusCode}: {body}");
    }

    /// <summary>Asks the REST API with a body; gives the status, whatever it is.</summary>
    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, "/api/v1" + path));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    /// <summary>Kills the daemon as the kernel would for want of memory.</summary>
    public void KillDaemon() => Signals.Send(DaemonId, Signals.Kill);

    /// <summary>Stops the program by SIGTERM and returns its exit code. Whatever it leaves behind is a failure.</summary>
    public async Task<int> StopAsync()
    {
        _stopped = true;
        Signals.Send(_process.Id, Signals.Terminate);
        using var limit = new CancellationTokenSource(StopLimit, TimeProvider.System);
        var code = await _process.ExitAsync(limit.Token);
        var left = await Poll.ForAsync(Census.Living, living => living.Count == 0);
        return left.Count == 0
            ? code
            : throw new InvalidOperationException($"left behind: {string.Join("; ", left)}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_stopped)
                await StopAsync();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.Message}\n{Diagnosis()}", error);
        }
        finally
        {
            foreach (var process in Census.Living())
                Signals.Send(process.Id, Signals.Kill);
            await _process.DisposeAsync();
            _http.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static JsonObject Configuration(JsonObject servers, JsonObject? gateway)
    {
        // Where a test says nothing else, a slow machine is no reason for a server not to start.
        var configuration = new JsonObject { ["mcpServers"] = servers.DeepClone(), ["defaults"] = Upstreams.Defaults() };
        if (gateway is not null)
            configuration["gateway"] = gateway;
        return configuration;
    }

    private string Diagnosis() => string.Join('\n', [.. _process.Output.Items, .. _process.Errors.Items]);

    private async Task<JsonElement?> FactsAsync()
    {
        if (!ProcessCensus.IsAlive(_process.Id))
            throw new InvalidOperationException($"the program ended:\n{Diagnosis()}");
        try
        {
            return JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "daemon.json")));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // it does not listen yet
        }
    }
}
