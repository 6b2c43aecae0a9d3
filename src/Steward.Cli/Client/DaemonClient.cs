using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Steward.Cli.Output;
using Steward.Processes;
using Steward.Registry;
using Steward.Server.Api;
using Steward.Server.Daemon;
using Steward.Server.Reload;
using Steward.Supervision;

namespace Steward.Cli.Client;

/// <summary>
/// Speaks to the running daemon over its REST API. Methods named <c>Read…</c> return the answer's JSON as it came; every
/// refusal becomes a <see cref="CliException"/> with the daemon's own words.
/// </summary>
internal sealed class DaemonClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly DataDirectory _data;
    private readonly TimeProvider _time;

    private DaemonClient(HttpClient http, DaemonFacts facts, DataDirectory data, TimeProvider time) =>
        (_http, Facts, _data, _time) = (http, facts, data, time);

    public DaemonFacts Facts { get; }

    /// <summary>Finds the daemon of a data directory.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static DaemonClient Connect(CliContext context, DataDirectory data)
    {
        var facts = DaemonFacts.Read(data) ?? throw NoDaemon(data, null);
        string? token;
        try
        {
            token = ApiToken.Read(data);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failure, $"The token of the daemon cannot be read: {error.Message}", error);
        }

        // The daemon is on this machine: a proxy of the environment must neither see the token nor stand in the way.
        var handler = context.Handler?.Invoke() ?? new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        var http = new HttpClient(handler) { BaseAddress = new Uri(facts.Url + "/api/v1/"), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(http, facts, data, context.Time);
    }

    public static ServerStatus ParseServer(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.ServerStatus)!;

    public static IReadOnlyList<ToolEntry> ParseTools(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.IReadOnlyListToolEntry)!;

    public static DefinitionEntry ParseDefinition(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.DefinitionEntry)!;

    public static DefinitionList ParseDefinitions(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.DefinitionList)!;

    public static IReadOnlyList<LifecycleEvent> ParseEvents(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.IReadOnlyListLifecycleEvent)!;

    public static IReadOnlyList<ConnectionRecord> ParseConnections(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.IReadOnlyListConnectionRecord)!;

    public static int ParseCleared(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.ClearedHistory)!.Rows;

    public static PlanView ParsePlan(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.PlanView)!;

    public static ApplyView ParseApplied(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.ApplyView)!;

    public Task<string> ReadServersAsync(CancellationToken cancellationToken) => GetAsync("servers", cancellationToken);

    public async Task<IReadOnlyList<ServerStatus>> GetServersAsync(CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await ReadServersAsync(cancellationToken), ApiJson.Default.IReadOnlyListServerStatus)!;

    public Task<string> ReadServerAsync(string id, CancellationToken cancellationToken) => GetAsync($"servers/{Escape(id)}", cancellationToken);

    public async Task<ServerStatus> GetServerAsync(string id, CancellationToken cancellationToken) => ParseServer(await ReadServerAsync(id, cancellationToken));

    /// <summary>Asks that a server be started, stopped or restarted, and waits until it is.</summary>
    public Task<string> CommandAsync(string id, string command, CancellationToken cancellationToken) =>
        PostAsync($"servers/{Escape(id)}/{command}", null, cancellationToken);

    /// <summary>Begins a login to a remote server.</summary>
    /// <returns>Where to log in.</returns>
    public async Task<string> BeginLoginAsync(string id, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await PostAsync($"servers/{Escape(id)}/login", null, cancellationToken), ApiJson.Default.LoginAddress)!.AuthorizationUrl;

    /// <summary>Waits until somebody has logged in, and until the server has been started.</summary>
    public Task<string> WaitForLoginAsync(string id, CancellationToken cancellationToken) => GetAsync($"servers/{Escape(id)}/login", cancellationToken);

    /// <summary>Has the tokens of a remote server forgotten.</summary>
    public Task<string> LogoutAsync(string id, CancellationToken cancellationToken) => AskAsync(HttpMethod.Delete, $"servers/{Escape(id)}/login", null, cancellationToken);

    /// <summary>All definitions as a configuration with <c>mcpServers</c>, with whatever secret stands in them.</summary>
    public Task<string> ReadExportAsync(CancellationToken cancellationToken) => GetAsync("export", cancellationToken);

    /// <summary>Adds a server, keeps it, and has it started.</summary>
    /// <param name="body">Its id, and as <c>definition</c> the section that a configuration file would have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<string> AddServerAsync(string body, CancellationToken cancellationToken) => PostAsync("servers", body, cancellationToken);

    /// <summary>Changes keys of a registered server's definition: a JSON merge patch.</summary>
    public Task<string> ChangeServerAsync(string id, string patch, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Patch, $"servers/{Escape(id)}/definition", patch, cancellationToken);

    /// <summary>Has a registered server stopped and forgotten.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="evenHidden">Also where a declared server of its id hides it, which stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task RemoveServerAsync(string id, bool evenHidden, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Delete, $"servers/{Escape(id)}{(evenHidden ? "?registered=true" : "")}", null, cancellationToken);

    /// <summary>Has a server enabled or disabled.</summary>
    public Task<string> SwitchServerAsync(string id, string command, CancellationToken cancellationToken) => PostAsync($"servers/{Escape(id)}/{command}", null, cancellationToken);

    public Task<string> ReadDefinitionAsync(string id, CancellationToken cancellationToken) => GetAsync($"servers/{Escape(id)}/definition", cancellationToken);

    public Task<string> ReadDefinitionsAsync((string Key, string? Value)[] filter, CancellationToken cancellationToken) => GetAsync($"definitions{Query(filter)}", cancellationToken);

    /// <summary>Events or connections, newest first.</summary>
    public Task<string> ReadHistoryAsync(string what, (string Key, string? Value)[] query, CancellationToken cancellationToken) => GetAsync($"history/{what}{Query(query)}", cancellationToken);

    /// <summary>Has the history of one server, or of all, forgotten.</summary>
    public Task<string> ClearHistoryAsync(string? server, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Delete, $"history{Query([("server", server)])}", null, cancellationToken);

    /// <summary>Makes a request of any method.</summary>
    public Task<string> RequestAsync(string id, string body, CancellationToken cancellationToken) => PostAsync($"servers/{Escape(id)}/request", body, cancellationToken);

    public async Task<ConfigState> GetConfigAsync(CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await GetAsync("config", cancellationToken), ApiJson.Default.ConfigState)!;

    /// <summary>What a file would change.</summary>
    /// <param name="file">The file; <see langword="null"/> for the daemon's own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<string> PlanAsync(string? file, CancellationToken cancellationToken) => AskOfFileAsync("config/plan", file, cancellationToken);

    /// <summary>Makes the daemon what a file says, and waits until it is.</summary>
    /// <inheritdoc cref="PlanAsync"/>
    public Task<string> ApplyAsync(string? file, CancellationToken cancellationToken) => AskOfFileAsync("config/apply", file, cancellationToken);

    public Task<string> ReadToolsAsync(string? server, CancellationToken cancellationToken) =>
        GetAsync(server is null ? "tools" : $"tools?server={Escape(server)}", cancellationToken);

    public Task<string> ReadGroupsAsync(CancellationToken cancellationToken) => GetAsync("groups", cancellationToken);

    /// <summary>Servers that could be added, as the daemon's sources know them.</summary>
    public Task<string> ReadDiscoveryAsync(IEnumerable<string> sources, string? query, bool refresh, CancellationToken cancellationToken) =>
        GetAsync($"discovery?refresh={(refresh ? "true" : "false")}{(query is null ? "" : $"&query={Escape(query)}")}{string.Concat(sources.Select(source => $"&source={Escape(source)}"))}", cancellationToken);

    public Task<string> CallAsync(string server, string tool, string arguments, CancellationToken cancellationToken) =>
        PostAsync($"servers/{Escape(server)}/tools/{Escape(tool)}/call", arguments, cancellationToken);

    public async IAsyncEnumerable<LogLine> ReadLogAsync(string id, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!follow)
        {
            var lines = await GetAsync($"servers/{Escape(id)}/logs?tail={tail}", cancellationToken);
            foreach (var line in JsonSerializer.Deserialize(lines, ApiJson.Default.IReadOnlyListLogLine)!)
                yield return line;
            yield break;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, $"servers/{Escape(id)}/logs?tail={tail}&follow=true");
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, ApiJson.Default.LogLine)!);
        await foreach (var line in events.EnumerateAsync(cancellationToken))
            yield return line.Data;
    }

    /// <summary>Asks the daemon to stop and waits until it has let go of its data directory.</summary>
    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        await PostAsync("shutdown", null, cancellationToken);
        while (!DaemonLock.IsFree(_data))
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static string Of(string? file) => JsonSerializer.Serialize(new ConfigRequest(file), ApiJson.Default.ConfigRequest);

    private async Task<string> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>What cannot be used is then a file of the caller's, with a line for each problem.</summary>
    private async Task<string> AskOfFileAsync(string path, string? file, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(Of(file), Encoding.UTF8, "application/json");
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken, isOfFile: true);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private Task<string> PostAsync(string path, string? json, CancellationToken cancellationToken) => AskAsync(HttpMethod.Post, path, json, cancellationToken);

    private async Task<string> AskAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken, bool isOfFile = false)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConnectionError)
        {
            throw NoDaemon(_data, error);
        }
        catch (HttpRequestException error)
        {
            throw new CliException(ExitCodes.Failure, $"The daemon at {Facts.Url} broke off: {error.Message}", error);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            throw await RefusalAsync(response, isOfFile, cancellationToken);
        }
    }

    private async Task<CliException> RefusalAsync(HttpResponseMessage response, bool isOfFile, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var detail = DetailOf(body, SafeText.Line);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new(ExitCodes.Unknown, detail ?? "There is no such server or tool."),
            HttpStatusCode.Unauthorized => new(ExitCodes.Failure, $"The daemon at {Facts.Url} does not accept the token in {_data.ApiTokenFile}. Is it the daemon of this data directory? 'steward down' and 'steward up' make it so."),
            HttpStatusCode.UnprocessableEntity when isOfFile => new(ExitCodes.Usage, DetailOf(body, SafeText.Lines) ?? "The configuration cannot be used."),
            _ => new(ExitCodes.Failure, detail ?? $"The daemon answered with status {(int)response.StatusCode}."),
        };
    }

    private static string? DetailOf(string body, Func<string?, string> show)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiJson.Default.ProblemDetails)?.Detail is { } detail ? show(detail) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static CliException NoDaemon(DataDirectory data, Exception? cause) =>
        new(ExitCodes.NoDaemon, $"No daemon is running with the data directory {data}. Start one with 'steward up', or name another directory with --data.", cause);

    private static string Query((string Key, string? Value)[] parts) =>
        string.Join('&', parts.Where(part => part.Value is not null).Select(part => $"{part.Key}={Escape(part.Value!)}")) is { Length: > 0 } query ? $"?{query}" : "";

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
