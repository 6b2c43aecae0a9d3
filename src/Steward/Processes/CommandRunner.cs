using Microsoft.Extensions.Logging;
using Steward.Supervision;

namespace Steward.Processes;

/// <summary>Runs commands of the operator that are no servers: to their end, with all that comes of them, within a time.</summary>
internal sealed class CommandRunner(ProcessSpawner spawner, TimeProvider time, ILogger logger)
{
    /// <summary>Runs a command. What it writes goes into the log, and its end into the result.</summary>
    /// <param name="spec">What to run.</param>
    /// <param name="log">Where its words go.</param>
    /// <param name="input">What it gets on its standard input.</param>
    /// <param name="within">How long it may take. Beyond, it is ended with all that came of it.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ServerLaunchException">It cannot be started.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<ProcessExit> RunAsync(ProcessSpec spec, ServerLog log, ReadOnlyMemory<byte> input, TimeSpan within, CancellationToken cancellationToken)
    {
        var child = await ChildProcess.StartAsync(spec with { IsServer = false }, spawner, log, time, logger, cancellationToken).ConfigureAwait(false);
        await using (child.ConfigureAwait(false))
        {
            var talking = Task.WhenAll(GiveAsync(child, input), new OutputPump(child.Output, log, time, LogSource.Stdout).RunAsync());
            try
            {
                return await child.Exited.WaitAsync(within, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"'{spec.Command}' did not end within {within.TotalSeconds:0.###} s and was ended.");
            }
            finally
            {
                await child.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
                await talking.WaitAsync(ChildProcess.DrainTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await child.DisposeAsync().ConfigureAwait(false); // closes our ends: what escaped from the tree may hold the others for ever
                await talking.ConfigureAwait(false);
            }
        }
    }

    private static async Task GiveAsync(ChildProcess child, ReadOnlyMemory<byte> input)
    {
        try
        {
            await child.Input.WriteAsync(input).ConfigureAwait(false);
            await child.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception unread) when (unread is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It need not read.
        }
    }
}
