using Microsoft.Extensions.Logging;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>Has servers report on what clients want to hear of, where no client waits for the server's word.</summary>
internal static class SubscriptionUpkeep
{
    /// <summary>A server is to report on a resource. Never faults.</summary>
    public static async Task BeginAsync(GatewayServer server, Upstream upstream, string uri, ILogger logger)
    {
        try
        {
            await upstream.SubscribeAsync(uri).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            logger.ResubscribeFailed(server.Id, uri, failure.Message);
        }
    }

    /// <summary>A server is to report on a resource no more. Never faults.</summary>
    public static async Task EndAsync(GatewayServer server, Upstream upstream, string uri, ILogger logger)
    {
        try
        {
            await upstream.UnsubscribeAsync(uri).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            logger.UnsubscribeFailed(server.Id, uri, failure.Message);
        }
    }

    /// <summary>The last of those who share a server and wanted to hear of a resource is gone. Never faults.</summary>
    public static async Task EndAsync(GatewayServer server, string uri, ILogger logger)
    {
        if (server.Run is not { } run || server.Subscriptions.Has(uri))
            return;
        await EndAsync(server, run.Upstream, uri, logger).ConfigureAwait(false);
        await ReviewAsync(server, uri, logger).ConfigureAwait(false);
    }

    /// <summary>
    /// A server was told to report no more. Whoever has come meanwhile may have been heard before that, and would hear nothing: the server is asked once more.
    /// Never faults.
    /// </summary>
    public static Task ReviewAsync(GatewayServer server, string uri, ILogger logger) =>
        server.Subscriptions.Has(uri) && server.Run is { } run ? BeginAsync(server, run.Upstream, uri, logger) : Task.CompletedTask;
}
