using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// Opens and closes the subscriptions of the modern era, and has servers report on the resources that somebody listens to.
/// </summary>
internal sealed class SubscriptionDesk(GatewayParts parts, BridgedTasks bridged)
{
    // A server that takes longer does not hold up the acknowledgement of the rest: what it agrees to later is not promised.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private bool _closed;

    /// <summary>Opens a subscription. Its acknowledgement says which of the wishes come true.</summary>
    public async ValueTask<Reply> OpenAsync(GatewayEndpoint endpoint, ModernClient client, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (SubscriptionFilter.Read(envelope.Notifications.Of(message.Span)) is not { } wanted)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams,
                $"params.notifications must be an object with toolsListChanged, promptsListChanged, resourcesListChanged (booleans), resourceSubscriptions and taskIds (up to {SubscriptionFilter.MaxNames} strings), each optional.");
        }

        if (wanted.TaskIds.Count > 0 && !client.Capabilities.Tasks)
            return TaskCapability.RefuseUndeclared(message.Span, envelope);

        if (parts.Listeners.Subscriptions.Count >= parts.Limits.Sessions)
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.LimitReached, $"There are {parts.Limits.Sessions} subscriptions already (gateway.limits.sessions); try again later.");
        var subscription = new ModernSubscription(endpoint, client, envelope.Id.Of(message.Span));
        if (!client.TryAdd(subscription, parts.Limits.CallsInFlight))
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.LimitReached, $"This client has {parts.Limits.CallsInFlight} subscriptions already (gateway.limits.callsInFlight).");
        parts.Listeners.Add(subscription);
        if (Volatile.Read(ref _closed))
            subscription.Complete();
        await endpoint.SettleAsync(CancellationToken.None).ConfigureAwait(false);
        var uris = await SubscribeAsync(subscription, wanted.Uris).ConfigureAwait(false);
        var taskIds = await TaskSubscriptions.BeginAsync(subscription, wanted.TaskIds, bridged, AnswerWithin).ConfigureAwait(false);
        var honoured = new SubscriptionFilter(
            wanted.Tools && endpoint.Offers(Catalog.CatalogKind.Tools),
            wanted.Prompts && endpoint.Offers(Catalog.CatalogKind.Prompts),
            wanted.Resources && endpoint.Offers(Catalog.CatalogKind.Resources),
            uris);
        subscription.Acknowledge(honoured with { TaskIds = taskIds });
        return Reply.Of(subscription);
    }

    /// <summary>Closes a subscription whose client is gone, or that has ended. A further call does nothing.</summary>
    public void Close(ModernSubscription subscription)
    {
        subscription.Cancel();
        if (!parts.Listeners.Remove(subscription))
            return;
        subscription.Client.Remove(subscription);
        Forget(subscription);
    }

    /// <summary>Ends all subscriptions from our side, those to come included.</summary>
    public void CompleteAll()
    {
        Volatile.Write(ref _closed, true);
        foreach (var subscription in parts.Listeners.Subscriptions)
            subscription.Complete();
    }

    /// <summary>Somebody listens no more: servers need not report any more what nobody else wants to hear.</summary>
    public void Forget(IListener listener)
    {
        foreach (var server in parts.Servers.All)
        {
            var abandoned = server.Subscriptions.RemoveAll(listener); // also while it does not run: it would be subscribed again
            if (server.Run is not { } run)
                continue;
            foreach (var uri in abandoned)
                _ = UnsubscribeAsync(server, run, uri); // observed there: it cannot fault
        }
    }

    /// <summary>Which of the resources the subscription will hear of.</summary>
    private async Task<IReadOnlyList<string>> SubscribeAsync(ModernSubscription subscription, IReadOnlyList<string> uris)
    {
        var agreed = await Task.WhenAll(uris.Select(uri => subscription.Endpoint.FindResource(uri) is var (server, own)
            ? TrySubscribeAsync(subscription, server, own)
            : Task.FromResult(false))).ConfigureAwait(false);
        return [.. uris.Where((_, index) => agreed[index])];
    }

    private async Task<bool> TrySubscribeAsync(ModernSubscription subscription, GatewayServer server, string uri)
    {
        if (server.Said is { CanSubscribe: false })
            return false;
        server.Subscriptions.Add(uri, subscription); // before the server is asked: an update may come right behind its answer
        if (server.Run is not { } run)
            return WillSubscribe(server); // with all others once it is there
        try
        {
            await run.Upstream.SubscribeAsync(uri, AnswerWithin).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            parts.Logger.SubscribeFailed(server.Id, uri, failure.Message);
            server.Subscriptions.Remove(uri, subscription);
            return false;
        }
    }

    private static bool WillSubscribe(GatewayServer server)
    {
        var status = server.Status;
        if (status.StartsOnCall)
            server.Managed.Call(); // of one that rests nobody would hear anything
        return status.State is ServerState.Starting or ServerState.Restarting || status.StartsOnCall;
    }

    private async Task UnsubscribeAsync(GatewayServer server, UpstreamRun run, string uri)
    {
        try
        {
            await run.Upstream.UnsubscribeAsync(uri, AnswerWithin).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            parts.Logger.UnsubscribeFailed(server.Id, uri, failure.Message);
        }
    }
}
