using Microsoft.Extensions.Logging;
using Steward.Supervision;

namespace Steward.Processes;

/// <summary>Runs commands of the operator that are no servers: to their end, with all that comes of them, within a time.</summary>
internal sealed class CommandRunner(ProcessSpawner spawner, TimeProvider time, ILogger logger)
{
    private const int Sink = 4096;

    /// <summary>Runs a command. What it writes to its standard error goes into the log, and its end into the result.</summary>
    /// <param name="spec">What to run.</param>
    /// <param name="log">Where its words go.</param>
    /// <param name="input">What it gets on its standard input.</param>
    /// <param name="within">How long it may take. Beyond, it is ended with all that came of it.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <param name="keepsOutput">Whether its standard output goes into the log, too.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ServerLaunchException">It cannot be started.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<ProcessExit> RunAsync(ProcessSpec spec, ServerLog log, ReadOnlyMemory<byte> input, TimeSpan within, CancellationToken cancellationToken, bool keepsOutput = false)
    {
        var child = await ChildProcess.StartAsync(spec with { IsServer = false }, spawner, log, time, logger, cancellationToken).ConfigureAwait(false);
        await using (child.ConfigureAwait(false))
        {
            var talking = Task.WhenAll(GiveAsync(child, input), keepsOutput ? new StderrPump(child.Output, log, time, LogSource.Stdout).RunAsync() : SinkAsync(child));
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
                await talking.ConfigureAwait(false); // its pipes end with it
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
        catch (Exception unread) when (unread is IOException or ObjectDisposedException)
        {
            // It need not read.
        }
    }

    private static async Task SinkAsync(ChildProcess child)
    {
        var sink = new byte[Sink];
        try
        {
            while (await child.Output.ReadAsync(sink).ConfigureAwait(false) > 0)
            {
                // Read so that it never waits for room.
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A descendant held the pipe open.
        }
    }
}
