using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>Starts processes that clients do not share, and counts them.</summary>
internal static class OwnUpstream
{
    /// <summary>Starts one and shakes hands with the words of its client.</summary>
    /// <param name="server">The server.</param>
    /// <param name="introduction">Who the client is.</param>
    /// <param name="handler">Hears what it says of its own accord.</param>
    /// <param name="host">What it takes.</param>
    /// <exception cref="ServerLaunchException">That failed, and nothing is left of it.</exception>
    public static async Task<Upstream> OpenAsync(GatewayServer server, Introduction introduction, IConnectionHandler handler, UpstreamHost host)
    {
        using var startup = new CancellationTokenSource(server.Config.StartupTimeout, host.Time);
        Upstream upstream;
        try
        {
            upstream = await Upstream.OpenAsync(server.Config, introduction, handler, static _ => { }, host, (startup.Token, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new ServerLaunchException($"Server '{server.Id}' did not shake hands within {server.Config.StartupTimeout.TotalSeconds:0.###} s (startupTimeoutMs).");
        }

        server.CountOwnProcess(+1);
        _ = CountEndAsync(server, upstream); // Ended never faults
        return upstream;
    }

    private static async Task CountEndAsync(GatewayServer server, Upstream upstream)
    {
        await upstream.Ended.ConfigureAwait(false);
        server.CountOwnProcess(-1);
    }
}
