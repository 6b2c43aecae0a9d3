using Steward.Catalog;
using Steward.Gateway.Rounds;
using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams.Remote;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>One server, its names untouched: a transparent proxy.</summary>
internal sealed class ServerEndpoint(GatewayServer server, McpServerManager manager, LogLevels logLevels, Relay relay) : GatewayEndpoint(relay)
{
    public GatewayServer Server => server;

    public override IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>> ParameterHeaders => server.Offered.ParameterHeaders;

    public override bool Offers(CatalogKind kind) => server.Said?.Has(kind) ?? true;

    public override (GatewayServer Server, string Uri)? FindResource(string uri) => (server, uri);

    public override Task LearnResourcesAsync(GatewayClient client, IReadOnlyList<string> uris, CancellationToken cancellationToken) => Task.CompletedTask;

    public override (GatewayServer Server, string TaskId)? FindTask(string exposedId) => (server, exposedId);

    public override bool Serves(GatewayServer other) => other == server;

    public override async ValueTask<byte[]> InitializeAsync(Session session, CancellationToken cancellationToken)
    {
        session.MarkUsed(server); // from its first word on the server may ask for what this client can answer
        await SettleAsync(cancellationToken).ConfigureAwait(false);
        if (server.Status.StartsOnCall && server.Said is { } said)
            return said.ForLegacy(session.Opening.Revision); // to know who it is nobody is woken
        var upstream = await Relay.ReachAsync(session, server).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return upstream.Connection.Server.ForLegacy(session.Opening.Revision);
    }

    protected override ValueTask<Reply> DispatchAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope) => envelope.Method switch
    {
        McpMethod.ServerDiscover => DiscoverAsync(client, message, envelope),
        McpMethod.Ping => new(Reply.Result(message.Span, envelope, "{}"u8)),
        McpMethod.ToolsList when !server.Config.Tools.IsOpen => ListFilteredAsync(client, message, envelope),
        _ when ListOf(envelope.Method) is { } kind && server.Status.StartsOnCall && server.Said is not null => new(List(kind, client, message.Span, envelope)), // nor for a list
        McpMethod.ToolsCall when !server.Config.Tools.IsOpen && !IsAllowed(message.Span, envelope) => new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams,
            $"Unknown tool: the configuration of server '{server.Id}' does not let it pass (tools.allow, tools.deny).")),
        McpMethod.LoggingSetLevel when client is Session session => logLevels.SetAsync(session, message, envelope),
        McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe when client is Session session && JsonText.Read(envelope.Uri.Of(message.Span)) is { } uri =>
            SubscribeAsync(session, server, uri, message, envelope, name: null),
        McpMethod.TasksList when client is Session session && !server.NeedsOwnProcess(session) => TaskRouter.ListAsync(session, [server], static (_, id) => id, message, envelope),
        _ when TaskRouter.Is(envelope.Method) && JsonText.Read(envelope.TaskId.Of(message.Span)) is { } id => Tasks.SendAsync(client, server, id, message, envelope),
        _ => Relay.SendAsync(client, server, message, envelope),
    };

    public override void Notify(Session session, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!server.NeedsOwnProcess(session))
            return; // on a shared server it could only confuse: it would speak for all clients
        foreach (var connection in session.OwnConnections())
            connection.Post(message);
    }

    public override async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (server.Status.State == ServerState.Stopped)
            await manager.PassAsync(server.Id, cancellationToken).ConfigureAwait(false); // it may just have been asked to start
        if (server.Status.State != ServerState.Starting)
            return;
        try
        {
            await manager.WaitForStatusAsync(server.Id, status => status.State != ServerState.Starting, cancellationToken).ConfigureAwait(false);
        }
        catch (UnknownServerException)
        {
            // Removed meanwhile: whoever goes on to use it is told so.
        }
    }

    /// <summary>What a tool's parameters are stays known while its server is started again.</summary>
    public override bool KnowsTool(ReadOnlySpan<byte> name) => server.Offered != ServerCatalog.Empty;

    public override async Task<Reply?> LearnToolAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<Reply> DiscoverAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        await SettleAsync(CancellationToken.None).ConfigureAwait(false);
        if (server.Run is null && !(server.Status.StartsOnCall && server.Said is not null))
            await Relay.WaitAsync(client, server).ConfigureAwait(false);
        return (server.Run?.Connection.Server ?? (server.Status.StartsOnCall ? server.Said : null)) is { } said
            ? Reply.Result(message.Span, envelope, Discovery.Of(said))
            : Relay.RefuseUnsent(message.Span, envelope, Relay.Unavailable(server));
    }

    private bool IsAllowed(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        JsonText.Read(envelope.Name.Of(message)) is { } tool && server.Config.Tools.Allows(tool);

    private static CatalogKind? ListOf(McpMethod method) => method switch
    {
        McpMethod.ToolsList => CatalogKind.Tools,
        McpMethod.PromptsList => CatalogKind.Prompts,
        McpMethod.ResourcesList => CatalogKind.Resources,
        McpMethod.ResourcesTemplatesList => CatalogKind.ResourceTemplates,
        _ => null,
    };

    /// <summary>Answers with the tools that the filter lets pass. Where none have ever been read the server is waited for, as by whoever asks it itself.</summary>
    private ValueTask<Reply> ListFilteredAsync(GatewayClient client, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope) =>
        server.Offered != ServerCatalog.Empty ? new(List(CatalogKind.Tools, client, message.Span, envelope)) : ListReadAsync(client, message, envelope);

    private async ValueTask<Reply> ListReadAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        await SettleAsync(CancellationToken.None).ConfigureAwait(false);
        if (server.Run is null)
            await Relay.WaitAsync(client, server).ConfigureAwait(false);
        return server.Offered != ServerCatalog.Empty
            ? List(CatalogKind.Tools, client, message.Span, envelope)
            : Relay.RefuseUnsent(message.Span, envelope, Relay.Unavailable(server));
    }

    /// <summary>Answers with what is known of a list, without asking the server.</summary>
    private Reply List(CatalogKind kind, GatewayClient client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        server.Run?.OnListUsed(kind);
        var catalog = server.Run is null || server.Announced == ServerCatalog.Empty ? server.Offered : server.Announced;
        var list = MergedList.Unmerged(kind, catalog);
        return Reply.Result(message, envelope, client.Era == ProtocolEra.Modern ? ModernResult.Complete(list, envelope.Method, catalog.Cache(kind), server.Said?.ServerInfo)
            : kind == CatalogKind.Tools ? LegacyTools.OfResult(list)
            : list);
    }
}
