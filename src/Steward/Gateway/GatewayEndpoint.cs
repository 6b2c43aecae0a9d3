using Steward.Catalog;
using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams.Remote;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a client connects to: one server, or all of them as one.</summary>
internal abstract class GatewayEndpoint(Relay relay)
{
    protected Relay Relay => relay;

    protected TaskRouter Tasks { get; } = new(relay);

    /// <summary>Whether clients of this endpoint can have to do with a server.</summary>
    public abstract bool Serves(GatewayServer server);

    /// <summary>The URI under which clients of this endpoint know a server's resource.</summary>
    public virtual string ExposedUri(GatewayServer server, string uri) => uri;

    /// <summary>By the names that clients of this endpoint know, the tools with parameters that they repeat in headers.</summary>
    public abstract IReadOnlyDictionary<string, IReadOnlyList<ToolHeader>> ParameterHeaders { get; }

    /// <summary>Waits, briefly, for servers that are just being started for the first time.</summary>
    public abstract Task SettleAsync(CancellationToken cancellationToken);

    /// <summary>Whether there is nothing more to learn of the parameters of a tool.</summary>
    /// <param name="name">The tool's name, as it stands in a message.</param>
    public abstract bool KnowsTool(ReadOnlySpan<byte> name);

    /// <summary>Waits until what is known of the tool that is called is all there is to know: its server may be just being started.</summary>
    /// <returns>The answer, where nobody has such a tool.</returns>
    public abstract Task<Reply?> LearnToolAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, CancellationToken cancellationToken);

    /// <summary>Whether clients of this endpoint can have such a list.</summary>
    public abstract bool Offers(CatalogKind kind);

    /// <summary>Whose a resource is that clients of this endpoint know by a URI, and what that server calls it.</summary>
    public abstract (GatewayServer Server, string Uri)? FindResource(string uri);

    /// <summary>Waits until it is known whose resources are, or all is known that can be: their server may be just being started.</summary>
    public abstract Task LearnResourcesAsync(GatewayClient client, IReadOnlyList<string> uris, CancellationToken cancellationToken);

    /// <summary>Whose a task is that clients of this endpoint know by an id, and what that server calls it.</summary>
    public abstract (GatewayServer Server, string TaskId)? FindTask(string exposedId);

    /// <summary>The id by which clients of this endpoint know a server's task.</summary>
    public virtual string ExposedTaskId(string serverId, string taskId) => taskId;

    /// <summary>Answers <c>initialize</c>: the <c>result</c> for a session that is just being opened.</summary>
    /// <exception cref="ServerLaunchException">What it leads to is not there.</exception>
    public abstract ValueTask<byte[]> InitializeAsync(Session session, CancellationToken cancellationToken);

    /// <summary>Answers or relays a request. The message must stay as it is until the task has completed.</summary>
    public ValueTask<Reply> RequestAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope) =>
        McpMethods.Exists(envelope.Method, client.Era)
            ? DispatchAsync(client, message, envelope)
            : new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.MethodNotFound,
                $"There is no method {envelope.MethodName.Of(message.Span).ToText()} in protocol revision {client.Revision}."));

    /// <summary>Takes a notification for which the session itself has no use.</summary>
    public abstract void Notify(Session session, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>Answers or relays a request whose method its client's era knows.</summary>
    protected abstract ValueTask<Reply> DispatchAsync(GatewayClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope);

    /// <summary>Subscribes or unsubscribes a session. The server hears of it once for all sessions that share it.</summary>
    protected async ValueTask<Reply> SubscribeAsync(Session session, GatewayServer server, string uri, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        if (server.NeedsOwnProcess(session))
            return await relay.SubscribeAsync(session, server, uri, message, envelope, name).ConfigureAwait(false);

        if (envelope.Method == McpMethod.ResourcesUnsubscribe && server.Subscriptions.Remove(uri, session))
            return Reply.Result(message.Span, envelope, "{}"u8);
        var isNew = envelope.Method == McpMethod.ResourcesSubscribe && server.Subscriptions.Add(uri, session); // before the answer: an update may come right behind it
        var reply = await relay.SubscribeAsync(session, server, uri, message, envelope, name).ConfigureAwait(false);
        if (isNew && (reply.ErrorCode is not null || session.HasEnded))
            Drop(session, server, uri, reply.ErrorCode);
        else if (envelope.Method == McpMethod.ResourcesUnsubscribe)
            _ = SubscriptionUpkeep.ReviewAsync(server, uri, relay.Logger); // cannot fault
        return reply;
    }

    /// <summary>Takes out again who was refused, or has ended meanwhile: else the server would be asked after each of its starts, and never rest.</summary>
    private void Drop(Session session, GatewayServer server, string uri, int? errorCode)
    {
        if (!server.Subscriptions.Remove(uri, session) && errorCode is null or JsonRpcErrorCode.RequestTimeout)
            _ = SubscriptionUpkeep.EndAsync(server, uri, relay.Logger); // it has agreed, or may do so yet; cannot fault
    }
}
