using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <summary>Tries whether a server can be used: starts it, shakes hands, reads its lists, and stops it.</summary>
internal sealed class ConnectionTrial(IServerLauncher launcher, TimeProvider time)
{
    /// <summary>Tries a server within its own time for starting. Nothing of it is left.</summary>
    /// <exception cref="ConnectionTestException">It cannot be used; says why.</exception>
    public async Task RunAsync(ServerConfig config, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(config.StartupTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var run = await launcher.LaunchAsync(config, new Nobody(), cancellationToken, either.Token).ConfigureAwait(false);
            await using (run.ConfigureAwait(false))
                await run.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionTestException(config.Id, $"it was not ready within {config.StartupTimeout.TotalSeconds:0.###} s. Raise startupTimeoutMs if it only needs longer.", late);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionTestException(config.Id, failure.Message, failure);
        }
    }

    private sealed class Nobody : IRunObserver
    {
        public void ProcessStarted(int pid)
        {
        }

        public void FactsChanged(RunFacts facts)
        {
        }
    }
}
