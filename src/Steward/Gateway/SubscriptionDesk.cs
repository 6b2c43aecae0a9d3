using Steward.Gateway.Tasks;
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
        subscription.WhenEnded(() => Close(subscription)); // also where its client has gone before it was in the list
        if (Volatile.Read(ref _closed))
            subscription.Complete();
        await endpoint.SettleAsync(CancellationToken.None).ConfigureAwait(false);
        await LearnAsync(subscription, wanted.Uris).ConfigureAwait(false);
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
            foreach (var uri in abandoned)
                _ = SubscriptionUpkeep.EndAsync(server, uri, parts.Logger); // cannot fault
        }
    }

    /// <summary>Waits, not for long, for servers that are just being started where it is not known whose a resource is.</summary>
    private static async Task LearnAsync(ModernSubscription subscription, IReadOnlyList<string> uris)
    {
        if (uris.All(uri => subscription.Endpoint.FindResource(uri) is not null))
            return;
        using var limit = new CancellationTokenSource(AnswerWithin, subscription.Client.Clock);
        try
        {
            await subscription.Endpoint.LearnResourcesAsync(subscription.Client, uris, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What nobody knows by now is not promised.
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
        var failure = await AskAsync(server, uri).ConfigureAwait(false);
        if (failure is null && !subscription.HasEnded)
            return true;
        if (failure is not null)
            parts.Logger.SubscribeFailed(server.Id, uri, failure.Message);
        if (!server.Subscriptions.Remove(uri, subscription) && failure is null or { Code: JsonRpcErrorCode.RequestTimeout })
            _ = SubscriptionUpkeep.EndAsync(server, uri, parts.Logger); // it has agreed, or may do so yet; cannot fault
        return false;
    }

    /// <summary>Has a server report on a resource that is in its table.</summary>
    /// <returns>Why it will not; <see langword="null"/> where it does, or is asked with all others once it is there.</returns>
    private static async Task<UpstreamErrorException?> AskAsync(GatewayServer server, string uri)
    {
        var run = server.Run;
        try
        {
            if (run is not null)
            {
                await run.Upstream.SubscribeAsync(uri).ConfigureAwait(false);
                return null;
            }
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            if (!run!.Connection.IsGone)
                return failure as UpstreamErrorException ?? new UpstreamErrorException(JsonRpcErrorCode.ServerUnavailable, failure.Message);
            // Else its end is about to be seen: what counts is whether it will be back.
        }

        if (server.Status.StartsOnCall)
            server.Managed.Call(); // of one that rests nobody would hear anything
        return server.WillRun ? null : new UpstreamErrorException(JsonRpcErrorCode.ServerUnavailable, "it does not run.");
    }
}
