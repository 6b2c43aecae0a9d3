using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Upstreams;

namespace Steward.Clients;

/// <summary>
/// The SDK's client for one managed server. It is a client of the gateway within this process: so it outlives the server's runs, its
/// subscriptions come back after a restart, and it speaks one revision whatever the server speaks. Notifications are handed over in
/// their order, and before the answer that they precede. Whoever gets it shares it: disposing does nothing, the manager owns it.
/// </summary>
internal sealed class ManagedClient : McpClient, IClientLineListener
{
    private readonly string _serverId;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _life = new(); // without a timer it holds nothing: handlers may look at its token for as long as they like
    private readonly NotificationHandlerTable _handlers = new();
    private readonly FirstFailures _failures = new();
    private readonly ServerReports _reports;
    private readonly OpenQuestions _questions;
    private readonly JsonObject _capabilities;
    private readonly ClientLine _line;
    private InitializeResult? _server;

#pragma warning disable MCPEXP002 // The SDK's constructor for clients of one's own is marked as experimental; the package is pinned.
    private ManagedClient(string serverId, ServerHandlers handlers, ClientChannel channel, TimeProvider time, ILogger logger)
#pragma warning restore MCPEXP002
    {
        (_serverId, _logger) = (serverId, logger);
        _reports = new ServerReports(serverId, handlers);
        _questions = new OpenQuestions(serverId, new ServerAnswers(serverId, handlers, logger), answer => _line!.SendAsync(answer), logger);
        _capabilities = ServerAnswers.Capabilities(handlers);
        _line = new ClientLine(channel, this, time, logger);
        Completion = CompleteAsync();
    }

    /// <summary>Opens a session.</summary>
    /// <param name="serverId">The server.</param>
    /// <param name="handlers">Answer what the server asks, and hear what it says.</param>
    /// <param name="gateway">Where it is served.</param>
    /// <param name="endpoint">As what.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="McpException">The server is not to be had.</exception>
    public static async Task<ManagedClient> OpenAsync(string serverId, ServerHandlers handlers, McpGateway gateway, GatewayEndpoint endpoint, TimeProvider time, ILogger logger)
    {
        var client = new ManagedClient(serverId, handlers, new ClientChannel(gateway, endpoint, principal: null, logger, isWithinProcess: true), time, logger);
        try
        {
            await client.InitializeAsync().ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override string? SessionId => null;

    public override string? NegotiatedProtocolVersion => _server?.ProtocolVersion;

    public override ServerCapabilities ServerCapabilities => Server.Capabilities;

    public override Implementation ServerInfo => Server.ServerInfo;

    public override string? ServerInstructions => Server.Instructions;

    public override Task<ClientCompletionDetails> Completion { get; }

    string IClientLineListener.Name => _serverId;

    private InitializeResult Server => _server ?? throw new InvalidOperationException("The client is not connected.");

    /// <summary>Ends the session.</summary>
    public ValueTask CloseAsync() => _line.DisposeAsync();

    public override async Task<JsonRpcResponse> SendRequestAsync(JsonRpcRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var result = await _line.RequestAsync(request.Method, request.Params, cancellationToken).ConfigureAwait(false);
        return new JsonRpcResponse { Id = request.Id, Result = result };
    }

    /// <summary>Makes a request that the SDK does not know.</summary>
    /// <returns>The <c>result</c>.</returns>
    /// <exception cref="McpProtocolException">The answer is an error.</exception>
    public Task<JsonNode?> RequestAsync(string method, JsonNode? parameters, CancellationToken cancellationToken) => _line.RequestAsync(method, parameters, cancellationToken);

    public override Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        return _line.SendAsync(ClientMessages.Of(message)).AsTask();
    }

    public override IAsyncDisposable RegisterNotificationHandler(string method, Func<JsonRpcNotification, CancellationToken, ValueTask> handler)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(method);
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.Add(method, handler);
    }

    /// <remarks>The gateway turns such results into questions of their own, so none arrives here.</remarks>
    public override ValueTask<IDictionary<string, InputResponse>> ResolveInputRequestsAsync(IDictionary<string, InputRequest> inputRequests, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The gateway asks for input by requests.");

    public override void AddKnownTools(IEnumerable<Tool> tools)
    {
        // Nothing is to be known of tools here: the gateway knows its servers' headers.
    }

    public override void RemoveKnownTools(IEnumerable<string> toolNames)
    {
        // See AddKnownTools.
    }

    public override void ClearKnownTools()
    {
        // See AddKnownTools.
    }

    public override ValueTask DisposeAsync() => default;

    bool IClientLineListener.Listens(string method) => _reports.Wants(method) || _handlers.HasAny(method);

    async Task IClientLineListener.OnNotificationAsync(JsonRpcNotification notification, PendingRequest? call)
    {
        if (_reports.Wants(notification.Method))
            await ReportAsync(notification, call?.Describe()).ConfigureAwait(false);
        if (_handlers.HasAny(notification.Method))
            await InvokeAsync(notification).ConfigureAwait(false);
    }

    void IClientLineListener.OnRequest(JsonRpcRequest request, PendingRequest? call) => _questions.Add(request, call);

    void IClientLineListener.OnWithdrawn(RequestId request) => _questions.Withdraw(request);

    private async Task ReportAsync(JsonRpcNotification notification, ServerCall? call)
    {
        try
        {
            await _reports.TellAsync(notification, call, _life.Token).ConfigureAwait(false);
        }
        catch (Exception failure) // a handler of the program's: what it throws must harm nothing else
        {
            Complain(notification.Method, failure);
        }
    }

    private async Task InvokeAsync(JsonRpcNotification notification)
    {
        try
        {
            await _handlers.InvokeAsync(notification, _life.Token).ConfigureAwait(false);
        }
        catch (AggregateException failures) // see above
        {
            Complain(notification.Method, failures);
        }
    }

    /// <summary>A server could fill the log by saying the same again and again.</summary>
    private void Complain(string method, Exception failure)
    {
        if (_failures.IsFirst(method))
            _logger.ReportHandlerFailed(_serverId, method, failure);
        else
            _logger.ReportHandlerFailedAgain(_serverId, method, failure);
    }

    private async Task InitializeAsync()
    {
        var parameters = new JsonObject
        {
            ["protocolVersion"] = ProtocolRevisions.LatestLegacy,
            ["capabilities"] = _capabilities,
            ["clientInfo"] = new JsonObject { ["name"] = "steward", ["version"] = ProtocolRevisions.StewardVersion },
        };
        var result = await _line.RequestAsync(RequestMethods.Initialize, parameters, CancellationToken.None).ConfigureAwait(false);
        _server = ReadServer(result);
        await _line.SendAsync(ClientMessages.Notification(NotificationMethods.InitializedNotification, parameters: null)).ConfigureAwait(false);
    }

    /// <exception cref="McpException">The server says of itself what nobody can read.</exception>
    private InitializeResult ReadServer(JsonNode? result)
    {
        try
        {
            return ClientJson.Read<InitializeResult>(result);
        }
        catch (JsonException unreadable)
        {
            throw new McpException($"Server '{_serverId}' introduced itself with what cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private async Task EndAsync()
    {
        try
        {
            await _life.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException failure) // what handlers do when they hear of it
        {
            _logger.HandlerFailed(_serverId, failure);
        }
    }

    private async Task<ClientCompletionDetails> CompleteAsync()
    {
        await _line.Ended.ConfigureAwait(false);
        _questions.Close();
        await EndAsync().ConfigureAwait(false);
        return new ClientCompletionDetails();
    }
}
