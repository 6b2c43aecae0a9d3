using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Matrix;

/// <summary>The client of the official C# SDK, at one endpoint, in one era. It answers whatever a server asks it.</summary>
internal sealed class CSharpSession : IAsyncDisposable
{
    private static readonly string[] Notifications =
    [
        "notifications/progress", "notifications/message", "notifications/resources/updated", "notifications/tools/list_changed",
        "notifications/subscriptions/acknowledged",
    ];

    private readonly Feed<JsonRpcNotification> _heard = new();
    private readonly bool _modern;
    private McpClient _client = null!;

    private CSharpSession(bool modern) => _modern = modern;

    public bool IsModern => _modern;

    public static async Task<CSharpSession> ConnectAsync(Uri endpoint, bool modern, CancellationToken cancellationToken)
    {
        var session = new CSharpSession(modern);
        var transport = new HttpClientTransport(new() { Endpoint = endpoint, TransportMode = HttpTransportMode.StreamableHttp });
        session._client = await McpClient.CreateAsync(transport, session.Options(), cancellationToken: cancellationToken);
        return session;
    }

    public async Task<JsonNode> RequestAsync(string method, JsonObject parameters, CancellationToken cancellationToken) =>
        (await _client.SendRequestAsync(new JsonRpcRequest { Method = method, Params = parameters }, cancellationToken)).Result!;

    /// <summary>Calls a tool and returns the text of its result.</summary>
    public async Task<string> CallAsync(string tool, JsonObject arguments, CancellationToken cancellationToken, JsonObject? meta = null)
    {
        var parameters = new JsonObject { ["name"] = tool, ["arguments"] = arguments };
        if (meta is not null)
            parameters["_meta"] = meta;
        return (string)(await RequestAsync("tools/call", parameters, cancellationToken))["content"]![0]!["text"]!;
    }

    /// <summary>
    /// Begins a call of a tool and cancels it. Over Streamable HTTP of the legacy era the client's own cancellation only drops the
    /// response, which cancels nothing there: the notification is sent by hand.
    /// </summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="begun">Completes when the server works on the call: a cancellation that overtakes its request cancels nothing.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task BeginAndCancelAsync(string tool, JsonObject arguments, Func<Task> begun, CancellationToken cancellationToken)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var id = new RequestId($"cancelled-{Guid.NewGuid():N}");
        var parameters = new JsonObject { ["name"] = tool, ["arguments"] = arguments };
        var call = _client.SendRequestAsync(new JsonRpcRequest { Id = id, Method = "tools/call", Params = parameters }, abort.Token);
        await begun();
        if (!_modern)
        {
            var reason = new JsonObject { ["requestId"] = id.ToString(), ["reason"] = "no longer wanted" };
            await _client.SendMessageAsync(new JsonRpcNotification { Method = "notifications/cancelled", Params = reason }, cancellationToken);
        }

        await abort.CancelAsync();
        await call.ContinueWith(_ => { }, TaskScheduler.Default);
        if (call.IsCompletedSuccessfully)
            throw new InvalidOperationException("the call was not cancelled");
    }

    /// <summary>The first notification that fits, whether it came already or is still to come.</summary>
    public Task<JsonRpcNotification> HearsAsync(string method, Func<JsonNode?, bool> fits, CancellationToken cancellationToken) =>
        _heard.FirstAsync(notification => notification.Method == method && fits(notification.Params), cancellationToken);

    /// <summary>Begins to listen for changed tools and for one resource; disposing ends it.</summary>
    public async Task<IAsyncDisposable> WatchAsync(string uri, CancellationToken cancellationToken)
    {
        if (!_modern)
        {
            await RequestAsync("resources/subscribe", new() { ["uri"] = uri }, cancellationToken);
            return new Ending(() => RequestAsync("resources/unsubscribe", new() { ["uri"] = uri }, CancellationToken.None));
        }

        var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var filter = new JsonObject { ["toolsListChanged"] = true, ["resourceSubscriptions"] = new JsonArray(uri) };
        var id = $"listen-{Guid.NewGuid():N}"; // the acknowledgement names it: one of a request before must not pass for this one's
        var request = _client.SendRequestAsync(
            new JsonRpcRequest { Id = new(id), Method = "subscriptions/listen", Params = new JsonObject { ["notifications"] = filter } }, listening.Token);
        await HearsAsync(
            "notifications/subscriptions/acknowledged",
            parameters => (string?)parameters!["_meta"]!["io.modelcontextprotocol/subscriptionId"] == id,
            cancellationToken);
        return new Ending(async () =>
        {
            await listening.CancelAsync();
            await request.ContinueWith(_ => { }, TaskScheduler.Default);
            listening.Dispose();
        });
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private McpClientOptions Options() => new()
    {
        ClientInfo = new() { Name = _modern ? "cs-modern" : "cs-legacy", Version = "1.0.0" },
        ProtocolVersion = _modern ? "2026-07-28" : "2025-11-25",
#pragma warning disable MCP9005 // Obsolete in revision 2026-07-28 only.
        Capabilities = new() { Elicitation = new() { Form = new(), Url = new() }, Sampling = new(), Roots = new() { ListChanged = true } },
        Handlers = new()
        {
            NotificationHandlers = Notifications.Select(method => KeyValuePair.Create<string, Func<JsonRpcNotification, CancellationToken, ValueTask>>(
                method,
                (notification, _) =>
                {
                    _heard.Add(notification);
                    return default;
                })),
            ElicitationHandler = (request, _) => ValueTask.FromResult(Answer(request!)),
            SamplingHandler = (request, _, _) => ValueTask.FromResult(new CreateMessageResult
            {
                Model = "none",
                Role = Role.Assistant,
                Content = [new TextContentBlock { Text = $"re: {request!.Messages[0].Content.OfType<TextContentBlock>().First().Text}" }],
            }),
            RootsHandler = (_, _) => ValueTask.FromResult(new ListRootsResult { Roots = [new() { Uri = "file:///matrix", Name = "matrix" }] }),
        },
#pragma warning restore MCP9005
    };

    private static ElicitResult Answer(ElicitRequestParams request) => request.Mode == "url"
        ? new() { Action = "accept" }
        : JsonSerializer.Deserialize<ElicitResult>(
            """{"action":"accept","content":{"username":"ada","email":"ada@example.com"}}""", McpJsonUtilities.DefaultOptions)!;

    private sealed class Ending(Func<Task> end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await end();
    }
}
