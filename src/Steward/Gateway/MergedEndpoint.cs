using System.Text.Json;
using Steward.Catalog;
using Steward.Gateway.Tasks;
using Steward.Upstreams.Remote;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Several servers as one: names say whose they are, lists hold everything.</summary>
internal sealed class MergedEndpoint(MergedView view, CatalogBoard board, LogLevels logLevels, Relay relay) : GatewayEndpoint(relay)
{
    private const int MaxNameOnStack = 256;

    public MergedView View => view;

    public override IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>> ParameterHeaders => view.Catalog.ParameterHeaders;

    public override Task SettleAsync(CancellationToken cancellationToken) => board.FirstStartsSettled.WaitAsync(cancellationToken);

    public override bool KnowsTool(ReadOnlySpan<byte> name) => Find(CatalogKind.Tools, name) is not null;

    public override async Task<Reply?> LearnToolAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, CancellationToken cancellationToken)
    {
        await LearnAsync(client, () => KnowsTool(envelope.Name.Of(message.Span)), cancellationToken).ConfigureAwait(false);
        return KnowsTool(envelope.Name.Of(message.Span)) ? null : Unknown(CatalogKind.Tools, message.Span, envelope);
    }

    public override bool Offers(CatalogKind kind) => true;

    public override (GatewayServer Server, string Uri)? FindResource(string uri) => FindRoute(uri) is { } route ? (route.Server, route.Name) : null;

    public override Task LearnResourcesAsync(GatewayClient client, IReadOnlyList<string> uris, CancellationToken cancellationToken) =>
        LearnAsync(client, () => uris.All(uri => FindRoute(uri) is not null), cancellationToken);

    public override bool Serves(GatewayServer server) => view.Servers.Find(server.Id) == server;

    public override (GatewayServer Server, string TaskId)? FindTask(string exposedId) =>
        ExposedTask.Parse(exposedId) is { } task && view.Servers.Find(task.ServerId) is { } server ? (server, task.TaskId) : null;

    public override string ExposedTaskId(string serverId, string taskId) => ExposedTask.Of(serverId, taskId);

    public override string ExposedUri(GatewayServer server, string uri) => view.Catalog.ExposedUri(server, uri);

    /// <remarks>Nobody waits here for servers to start. What is said holds for as long as the session: tasks that nobody has in the end do no harm.</remarks>
    public override ValueTask<byte[]> InitializeAsync(Session session, CancellationToken cancellationToken)
    {
        session.IsToldOfTasks = view.Servers.All.Any(server => server.MayOfferTasks(ProtocolEra.Legacy));
        return new(JsonRpcWriter.Object(json =>
        {
            json.WriteString("protocolVersion"u8, session.Opening.Revision);
            json.WriteStartObject("capabilities"u8);
            Discovery.WriteMergedCapabilities(json);
            if (session.IsToldOfTasks)
                TaskCapability.Write(json);
            json.WriteEndObject();
            json.WritePropertyName("serverInfo"u8);
            json.WriteRawValue(StewardIdentity.Json);
            if (view.Group?.Description is { } description)
                json.WriteString("instructions"u8, description);
        }));
    }

    protected override ValueTask<Reply> DispatchAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope) => envelope.Method switch
    {
        McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead or McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe or McpMethod.CompletionComplete =>
            FindAsync(client, message, envelope, mayWait: true),
        McpMethod.ToolsList => ListAsync(CatalogKind.Tools, client, message, envelope),
        McpMethod.PromptsList => ListAsync(CatalogKind.Prompts, client, message, envelope),
        McpMethod.ResourcesList => ListAsync(CatalogKind.Resources, client, message, envelope),
        McpMethod.ResourcesTemplatesList => ListAsync(CatalogKind.ResourceTemplates, client, message, envelope),
        McpMethod.LoggingSetLevel when client is Session session => logLevels.SetAsync(session, message, envelope),
        McpMethod.TasksList when client is Session session && HasTasks(client) => TaskRouter.ListAsync(session, view.Servers.All, (server, id) => ExposedTaskId(server.Id, id), message, envelope),
        _ when TaskRouter.Is(envelope.Method) && HasTasks(client) => TaskAsync(client, message, envelope),
        McpMethod.ServerDiscover => new(Reply.Result(message.Span, envelope, Discover())),
        McpMethod.Ping => new(Reply.Result(message.Span, envelope, "{}"u8)),
        _ => new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.MethodNotFound,
            $"Method {envelope.MethodName.Of(message.Span).ToText()} does not say which server it is for; send it to /servers/ID/mcp.")),
    };

    public override void Notify(Session session, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Method != McpMethod.NotificationsRootsListChanged)
            return; // it does not say which server it is for
        foreach (var connection in session.OwnConnections())
            connection.Post(message);
    }

    private bool HasTasks(GatewayClient client) => client is Session { IsToldOfTasks: true } || view.Servers.All.Any(server => server.OffersTasks(client.Era));

    private byte[] Discover()
    {
        var hasTasks = view.Servers.All.Any(server => server.MayOfferTasks(ProtocolEra.Modern));
        return view.Group?.Description is { } description ? Discovery.OfGroup(hasTasks, description) : Discovery.OfAll(hasTasks);
    }

    /// <summary>Sends a request to the server whose the tool, prompt or resource is that it names.</summary>
    private ValueTask<Reply> FindAsync(GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, bool mayWait) => envelope.Method switch
    {
        McpMethod.ToolsCall => CallAsync(CatalogKind.Tools, client, message, envelope, mayWait),
        McpMethod.PromptsGet => CallAsync(CatalogKind.Prompts, client, message, envelope, mayWait),
        McpMethod.CompletionComplete => CompleteAsync(client, message, envelope, mayWait),
        _ => ResourceAsync(client, message, envelope, mayWait),
    };

    private ValueTask<Reply> CallAsync(CatalogKind kind, GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, bool mayWait)
    {
        var name = envelope.Name.Of(message.Span);
        var route = Find(kind, name);
        if (route is null && mayWait)
            return FindLearnedAsync(client, message, envelope);
        return route is null
            ? new(Unknown(kind, message.Span, envelope))
            : Relay.SendAsync(client, route.Server, message, envelope, route.NameJson);
    }

    private static Reply Unknown(CatalogKind kind, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams,
        $"Unknown {(kind == CatalogKind.Tools ? "tool" : "prompt")}: {envelope.Name.Of(message).ToText()}. '{kind.ListMethod()}' lists those there are.");

    private CatalogRoute? Find(CatalogKind kind, ReadOnlySpan<byte> name)
    {
        var list = view.Catalog[kind];
        return Standing(JsonText.TryRead(name, stackalloc char[MaxNameOnStack], out var text) ? list.Find(text)
            : JsonText.Read(name) is { } escaped ? list.Find(escaped)
            : null);
    }

    private CatalogRoute? FindRoute(string uri) => Standing(view.Catalog.FindResource(uri));

    private CatalogRoute? FindTemplate(string uri) => Standing(view.Catalog[CatalogKind.ResourceTemplates].Find(uri)) ?? FindRoute(uri);

    /// <summary>A route that leads somewhere. Where its server is removed, the next look at the lists drops it, or finds another server of that id.</summary>
    private static CatalogRoute? Standing(CatalogRoute? route) => route is { Server.Managed.IsLeaving: true } ? null : route;

    /// <summary>
    /// What nobody knows may be a server's whose lists are not there yet: one that is just being started, or runs since a moment. Completes as soon as
    /// somebody has it, or when all those lists are there, or take too long. Whoever waits for it looks again in any case: they may have come right behind
    /// his first look.
    /// </summary>
    private async Task LearnAsync(GatewayClient client, Func<bool> isKnown, CancellationToken cancellationToken)
    {
        await board.WaitAsync(isKnown, SettleAsync(cancellationToken)).ConfigureAwait(false);
        if (!isKnown())
            await WaitForAllAsync().ConfigureAwait(false); // a first start that takes long is waited for like any other
        cancellationToken.ThrowIfCancellationRequested();

        async Task WaitForAllAsync()
        {
            GatewayServer[] coming = [.. view.Servers.All.Where(server => server.Offered == ServerCatalog.Empty && !server.Status.StartsOnCall && Relay.IsAwaited(server))];
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await board.WaitAsync(isKnown, Task.WhenAll(coming.Select(server => Relay.WaitAsync(client, server, enough.Token).AsTask()))).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
            if (!isKnown() && (coming.Length > 0 || view.IsBehind))
                await board.CatchUpAsync().ConfigureAwait(false);
        }
    }

    private bool Knows(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => envelope.Method switch
    {
        McpMethod.ToolsCall => Find(CatalogKind.Tools, envelope.Name.Of(message)),
        McpMethod.PromptsGet => Find(CatalogKind.Prompts, envelope.Name.Of(message)),
        McpMethod.CompletionComplete when envelope.Name.Exists => Find(CatalogKind.Prompts, envelope.Name.Of(message)),
        McpMethod.CompletionComplete => FindTemplate(JsonText.Read(envelope.Uri.Of(message)) ?? ""),
        _ => FindRoute(JsonText.Read(envelope.Uri.Of(message)) ?? ""),
    } is not null;

    private async ValueTask<Reply> FindLearnedAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        await LearnAsync(client, () => Knows(message.Span, envelope), CancellationToken.None).ConfigureAwait(false);
        return await FindAsync(client, message, envelope, mayWait: false).ConfigureAwait(false);
    }

    private ValueTask<Reply> ListAsync(CatalogKind kind, GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Cursor.Exists)
            return new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams, "Invalid cursor: this list has one page."));
        board.OnUsed(kind);
        var settled = board.FirstStartsSettled;
        return settled.IsCompleted
            ? new(Reply.Result(message.Span, envelope, view.Catalog[kind].ResultFor(client.Era)))
            : ListSettledAsync(settled, kind, client, message, envelope);
    }

    private ValueTask<Reply> TaskAsync(GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope) =>
        JsonText.Read(envelope.TaskId.Of(message.Span)) is { } exposed && FindTask(exposed) is var (server, id)
            ? Tasks.SendAsync(client, server, id, message, envelope)
            : new(TaskRouter.NotFound(message.Span, envelope));

    private async ValueTask<Reply> ListSettledAsync(Task settled, CatalogKind kind, GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        await settled.ConfigureAwait(false);
        return Reply.Result(message.Span, envelope, view.Catalog[kind].ResultFor(client.Era));
    }

    private ValueTask<Reply> ResourceAsync(GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, bool mayWait)
    {
        var uri = JsonText.Read(envelope.Uri.Of(message.Span));
        if (uri is null || FindRoute(uri) is not { } route)
        {
            if (mayWait)
                return FindLearnedAsync(client, message, envelope);
            // Each era has its own code for it.
            return new(Reply.Error(message.Span, envelope, client.Era == ProtocolEra.Legacy ? JsonRpcErrorCode.ResourceNotFound : JsonRpcErrorCode.InvalidParams,
                $"Resource not found: {envelope.Uri.Of(message.Span).ToText()}. No server lists it or has a template for it.", json => WriteUri(json, uri)));
        }

        return envelope.Method == McpMethod.ResourcesRead
            ? Relay.SendAsync(client, route.Server, message, envelope, route.NameJson)
            : SubscribeAsync((Session)client, route.Server, route.Name, message, envelope, route.NameJson);
    }

    private ValueTask<Reply> CompleteAsync(GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, bool mayWait)
    {
        if (envelope.Name.Exists)
            return CallAsync(CatalogKind.Prompts, client, message, envelope, mayWait);
        var route = FindTemplate(JsonText.Read(envelope.Uri.Of(message.Span)) ?? "");
        if (route is null && mayWait)
            return FindLearnedAsync(client, message, envelope);
        return route is null
            ? new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams, $"params.ref: no server has a prompt or a resource template {envelope.Uri.Of(message.Span).ToText()}."))
            : Relay.SendAsync(client, route.Server, message, envelope, route.NameJson);
    }

    private static void WriteUri(Utf8JsonWriter json, string? uri)
    {
        json.WriteStartObject();
        json.WriteString("uri"u8, uri);
        json.WriteEndObject();
    }
}
