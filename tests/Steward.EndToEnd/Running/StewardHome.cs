using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Steward.EndToEnd.Running;

/// <summary>A folder with a data directory, over several runs of the program. Disposing fails when a process is left behind.</summary>
internal sealed class StewardHome : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("steward-e2e-");
    private readonly ProcessCensus _census = new("STEWARD_END_TO_END_HOME", Guid.NewGuid().ToString("N"));
    private readonly HttpClient _http = new();

    public string Data => PathOf("data");

    /// <summary>Names a file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Begins to run a verb.</summary>
    public LineProcess Start(string verb, params string[] arguments) => LineProcess.Start(Repository.StewardProgram, [verb, "--data", Data, .. arguments], Environment);

    /// <summary>Runs a verb to its end.</summary>
    public Task<ProgramResult> RunAsync(string verb, params string[] arguments) =>
        LineProcess.RunAsync(Repository.StewardProgram, [verb, "--data", Data, .. arguments], Environment, TestContext.Current.CancellationToken);

    /// <summary>Runs a verb that succeeds, and gives what it printed.</summary>
    public async Task<string> DoAsync(string verb, params string[] arguments)
    {
        var result = await RunAsync(verb, arguments);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"steward {verb} {string.Join(' ', arguments)}: {result}");
    }

    /// <summary>Starts a daemon and waits until it listens.</summary>
    public async Task<LineProcess> UpAsync(string? config = null)
    {
        var before = DaemonId; // one that was killed leaves its facts
        var daemon = Start("up", ["--plain", "--listen", "http://127.0.0.1:0", .. config is null ? (string[])[] : ["--config", config]]);
        await Poll.UntilAsync(() => Task.FromResult(DaemonId), id => id != before || !ProcessCensus.IsAlive(daemon.Id), TestContext.Current.CancellationToken);
        return DaemonId != before ? daemon : throw new InvalidOperationException($"the daemon ended: {string.Join('\n', daemon.Errors.Items)}");
    }

    /// <summary>The process of the daemon that listens, or last did; 0 where none has left its facts.</summary>
    public int DaemonId
    {
        get
        {
            try
            {
                return JsonElement.Parse(File.ReadAllText(PathOf("data/daemon.json"))).GetProperty("pid").GetInt32();
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                return 0;
            }
        }
    }

    /// <summary>The processes that came of what was started here.</summary>
    public IReadOnlyList<int> Living() => [.. _census.Living().Select(process => process.Id)];

    /// <summary>
    /// Kills the daemon and its angel in one breath. The angel is held before: it could start another daemon else, and a daemon whose angel is
    /// killed first is told so, and may begin to end in order.
    /// </summary>
    public void KillTogether(int angel)
    {
        Signals.Send(angel, Signals.Stop);
        Signals.Send(DaemonId, Signals.Kill);
        Signals.Send(angel, Signals.Kill);
    }

    /// <summary>Stops the daemon as a user does.</summary>
    public async Task DownAsync(LineProcess daemon)
    {
        await DoAsync("down");
        var code = await daemon.ExitAsync(TestContext.Current.CancellationToken);
        if (code != 0)
            throw new InvalidOperationException($"the daemon ended with {code}: {string.Join('\n', daemon.Errors.Items)}");
    }

    /// <summary>Asks the REST API something.</summary>
    public Task<HttpResponseMessage> GetAsync(string path) => AskAsync(HttpMethod.Get, path, null, TestContext.Current.CancellationToken);

    /// <summary>Asks the REST API with a body; gives the status, whatever it is.</summary>
    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(method, path, body, cancellationToken);
        return response.StatusCode;
    }

    public async Task<JsonElement> ReadAsync(string path)
    {
        using var response = await GetAsync(path);
        response.EnsureSuccessStatusCode();
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until a server is in a state.</summary>
    public Task<JsonElement> ReachesAsync(string server, string state) =>
        Poll.UntilAsync(() => ReadAsync($"/servers/{server}"), status => status.GetProperty("state").ValueEquals(state), TestContext.Current.CancellationToken);

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        var facts = JsonElement.Parse(await File.ReadAllTextAsync(PathOf("data/daemon.json"), cancellationToken));
        using var request = new HttpRequestMessage(method, $"{facts.GetProperty("url").GetString()}/api/v1{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(PathOf("data/api-token"), cancellationToken)).Trim());
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        var left = await Poll.ForAsync(_census.Living, living => living.Count == 0);
        foreach (var process in left)
            Signals.Send(process.Id, Signals.Kill);
        _http.Dispose();
        _folder.Delete(recursive: true);
        if (left.Count > 0)
            throw new InvalidOperationException($"left behind: {string.Join("; ", left)}");
    }

    /// <summary>What the program needs beside the variables of the tests.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { [_census.Variable] = _census.Value, ["DOTNET_ROOT"] = Repository.DotnetRoot };
}
