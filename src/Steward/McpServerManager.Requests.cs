using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward;

/// <content>Requests that come from no client, such as those of the command line: a server is there for them as it is for clients.</content>
public sealed partial class McpServerManager
{
    /// <summary>The run of a server. One that rests is started, and one that will be there within its <c>queueMs</c> is waited for.</summary>
    /// <param name="server">The server.</param>
    /// <param name="gone">A run that takes no requests any more, where one is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The run; <see langword="null"/> where there is none in time.</returns>
    internal async Task<UpstreamRun?> ReachAsync(ManagedServer server, UpstreamRun? gone, CancellationToken cancellationToken)
    {
        if (server.RunFor(mayConcernTasks: true) is { } there && there != gone)
            return there;
        var (clock, patience) = (_tools.Time, server.Patience);
        var begun = clock.GetTimestamp();
        using var bound = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        server.CountWaiting(+1);
        try
        {
            while (true)
            {
                var seen = server.Status.Version; // before the look: what comes after it is waited for
                var run = server.RunFor(mayConcernTasks: true);
                switch (server.ProspectOf(run is not null && run != gone, patience - clock.GetElapsedTime(begun), clock))
                {
                    case ServerProspect.Ready:
                        return run;
                    case ServerProspect.None:
                        return null;
                    case ServerProspect.Resting:
                        server.Call();
                        break;
                }

                await _board.WaitForAsync(server.Id, status => status.Version > seen, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return server.RunFor(mayConcernTasks: true) is { } late && late != gone ? late : null; // it has taken too long, or comes in this very moment
        }
        catch (Exception over) when (over is UnknownServerException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            server.CountWaiting(-1);
        }
    }

    /// <summary>Makes a request of a server's run, or of the next where that takes none any more.</summary>
    /// <param name="server">The server.</param>
    /// <param name="run">Its run.</param>
    /// <param name="method">The method.</param>
    /// <param name="parameters">Its <c>params</c>.</param>
    /// <param name="timeout">How long to wait for an answer or progress.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="UpstreamErrorException">The server answered with an error, or not in time, or went away.</exception>
    internal async Task<byte[]> RequestAsync(ManagedServer server, UpstreamRun run, string method, ReadOnlyMemory<byte> parameters, TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await run.Connection.TryRequestAsync(method, parameters, timeout, cancellationToken).ConfigureAwait(false) is { } result)
                return result;
            run = await ReachAsync(server, gone: run, cancellationToken).ConfigureAwait(false)
                ?? throw new UpstreamErrorException(JsonRpcErrorCode.ServerUnavailable, Gateway.Relay.Unavailable(server.Status, _tools.Time));
        }
    }
}
