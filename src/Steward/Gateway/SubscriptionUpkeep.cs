using Microsoft.Extensions.Logging;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>Has a server that clients share report on what its subscription table says, where no client waits for the server's word.</summary>
internal static class SubscriptionUpkeep
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>A run is to report on a resource. Never faults.</summary>
    public static async Task BeginAsync(GatewayServer server, UpstreamRun run, string uri, ILogger logger)
    {
        try
        {
            await run.Upstream.SubscribeAsync(uri, AnswerWithin).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            logger.ResubscribeFailed(server.Id, uri, failure.Message);
        }
    }

    /// <summary>The last who wanted to hear of a resource is gone. Never faults.</summary>
    public static async Task EndAsync(GatewayServer server, string uri, ILogger logger)
    {
        if (server.Run is not { } run || server.Subscriptions.Has(uri))
            return;
        try
        {
            await run.Upstream.UnsubscribeAsync(uri, AnswerWithin).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            logger.UnsubscribeFailed(server.Id, uri, failure.Message);
        }

        await ReviewAsync(server, uri, logger).ConfigureAwait(false);
    }

    /// <summary>
    /// A server was told to report no more. Whoever has come meanwhile may have been heard before that, and would hear nothing: the server is asked once more.
    /// Never faults.
    /// </summary>
    public static Task ReviewAsync(GatewayServer server, string uri, ILogger logger) =>
        server.Subscriptions.Has(uri) && server.Run is { } run ? BeginAsync(server, run, uri, logger) : Task.CompletedTask;
}
