using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Clients;

/// <summary>The official TypeScript client in a process of its own, driven by <c>tests/peers/clients/client.mjs</c>.</summary>
internal sealed class TypeScriptClient : IAsyncDisposable
{
    private readonly LineProcess _process;
    private readonly Feed<JsonElement> _events = new();
    private readonly Task _reading;
    private int _lastTag;

    private TypeScriptClient(LineProcess process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Every message that the transport delivered, in its order.</summary>
    public IReadOnlyList<JsonElement> Received =>
        [.. _events.Items.Where(item => Is(item, "received")).Select(item => item.GetProperty("message"))];

    /// <param name="endpoint">Where to connect.</param>
    /// <param name="name">The client's name.</param>
    /// <param name="answers">The answers to requests of the server, by method; without any, the client offers no capability.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static Task<TypeScriptClient> ConnectAsync(Uri endpoint, string name, JsonObject? answers, CancellationToken cancellationToken) =>
        StartAsync(With(new() { ["url"] = endpoint.ToString(), ["name"] = name }, answers), cancellationToken);

    /// <summary>Connects over a transport other than Streamable HTTP: <c>sse</c> or <c>ws</c>.</summary>
    public static Task<TypeScriptClient> ConnectOverAsync(string transport, Uri endpoint, JsonObject? answers, CancellationToken cancellationToken) =>
        StartAsync(With(new() { ["url"] = endpoint.ToString(), ["transport"] = transport }, answers), cancellationToken);

    /// <summary>Launches a command, as desktop clients do, with these variables beside the few that such clients pass on.</summary>
    public static Task<TypeScriptClient> LaunchAsync(
        string command, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, JsonObject? answers, CancellationToken cancellationToken) => StartAsync(With(new()
        {
            ["command"] = command,
            ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            ["env"] = new JsonObject(environment.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))),
        }, answers), cancellationToken);

    /// <summary>Starts a server and speaks to it over stdio, with nothing between.</summary>
    public static Task<TypeScriptClient> ConnectToProgramAsync(string command, string[] arguments, CancellationToken cancellationToken) => StartAsync(new JsonObject
    {
        ["command"] = command,
        ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
    }, cancellationToken);

    /// <summary>Sends a request and waits for its result.</summary>
    public async Task<JsonElement> RequestAsync(string method, JsonObject? parameters, CancellationToken cancellationToken) =>
        await ResultAsync(await BeginAsync(method, parameters), cancellationToken);

    /// <summary>Sends a request and returns the tag by which its result is found.</summary>
    public async Task<string> BeginAsync(string method, JsonObject? parameters)
    {
        var tag = $"r{Interlocked.Increment(ref _lastTag)}";
        await SendAsync(new JsonObject { ["tag"] = tag, ["method"] = method, ["params"] = parameters ?? [] });
        return tag;
    }

    public async Task<JsonElement> ResultAsync(string tag, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(tag, cancellationToken);
        return Is(answer, "result") ? answer.GetProperty("result") : throw new InvalidOperationException(answer.GetProperty("message").GetString());
    }

    /// <summary>The code of the error with which a request ended.</summary>
    public async Task<int> ErrorCodeAsync(string tag, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(tag, cancellationToken);
        return Is(answer, "error") ? answer.GetProperty("code").GetInt32() : throw new InvalidOperationException($"no error: {answer}");
    }

    public Task<JsonElement> CallAsync(string tool, JsonObject? arguments, CancellationToken cancellationToken) =>
        RequestAsync("tools/call", Json.Call(tool, arguments), cancellationToken);

    /// <summary>
    /// Waits until the fixture works on its <c>sleep</c> of a label. Over HTTP each message is a request of its own: nothing that is sent later comes
    /// later for certain.
    /// </summary>
    public Task HasBegunAsync(string label, CancellationToken cancellationToken, string prefix = "") =>
        Poll.UntilAsync(async () => (await CallAsync(prefix + "begun", null, cancellationToken)).TextOfTool(), labels => labels.Contains($"\"{label}\"", StringComparison.Ordinal), cancellationToken);

    /// <summary>Lists the tools, again until one is there: a list does not wait long for servers that are just being started.</summary>
    public async Task<string[]> ListsAsync(string tool, CancellationToken cancellationToken) =>
        await Poll.UntilAsync(async () => (await RequestAsync("tools/list", null, cancellationToken)).Names("tools"), names => names.Contains(tool), cancellationToken);

    public Task CancelAsync(string tag) => SendAsync(new JsonObject { ["cancel"] = tag });

    public Task NotifyAsync(string method) => SendAsync(new JsonObject { ["notify"] = method });

    /// <summary>The first message that fits, whether it came already or is still to come.</summary>
    public async Task<JsonElement> ReceivesAsync(Func<JsonElement, bool> fits, CancellationToken cancellationToken) =>
        (await _events.FirstAsync(item => Is(item, "received") && fits(item.GetProperty("message")), cancellationToken)).GetProperty("message");

    public async ValueTask DisposeAsync()
    {
        _process.CloseInput();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        try
        {
            await _process.ExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It hangs in its good-bye: DisposeAsync kills it.
        }

        await _process.DisposeAsync();
        await _reading;
    }

    private static JsonObject With(JsonObject options, JsonObject? answers)
    {
        options["answers"] = answers;
        options["capabilities"] = answers is null
            ? []
            : new JsonObject { ["sampling"] = new JsonObject(), ["elicitation"] = new JsonObject(), ["roots"] = new JsonObject { ["listChanged"] = true } };
        return options;
    }

    private static async Task<TypeScriptClient> StartAsync(JsonObject options, CancellationToken cancellationToken)
    {
        var client = new TypeScriptClient(LineProcess.Start(Repository.Node, [Repository.PeerClient("client.mjs"), options.ToJsonString()]));
        try
        {
            await client._events.FirstAsync(item => Is(item, "connected"), cancellationToken);
            return client;
        }
        catch (InvalidOperationException error)
        {
            var said = string.Join('\n', client._process.Errors.Items);
            await client.DisposeAsync();
            throw new InvalidOperationException($"the client could not connect: {said}", error);
        }
    }

    private Task<JsonElement> AnswerAsync(string tag, CancellationToken cancellationToken) =>
        _events.FirstAsync(item => item.TryGetProperty("tag", out var value) && value.ValueEquals(tag), cancellationToken);

    private Task SendAsync(JsonObject command) => _process.WriteLineAsync(command.ToJsonString());

    private async Task ReadAsync()
    {
        try
        {
            for (var i = 0; ; i++)
                _events.Add(JsonElement.Parse(await _process.Output.AtAsync(i, CancellationToken.None)));
        }
        catch (InvalidOperationException)
        {
            _events.End("the client ended");
        }
    }

    private static bool Is(JsonElement item, string name) => item.GetProperty("event").ValueEquals(name);
}
