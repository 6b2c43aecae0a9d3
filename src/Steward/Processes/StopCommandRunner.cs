using Microsoft.Extensions.Logging;
using Steward.Configuration;

namespace Steward.Processes;

/// <summary>Runs stop commands. Whatever goes wrong with one is a warning, and never in the way of a stop.</summary>
internal sealed class StopCommandRunner(ProcessSpawner spawner, VariableResolver variables, TimeProvider time, ILogger logger)
{
    // Whoever is in a hurry still wants no container to be left behind.
    private static readonly TimeSpan Hurried = TimeSpan.FromSeconds(2);

    private readonly CommandRunner _runner = new(spawner, time, logger);

    /// <summary>Runs the command of a run that ends; returns when it has ended, or was ended because it took too long. Never faults.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="serverId">The server.</param>
    /// <param name="run">The run.</param>
    /// <param name="processId">Its process, which may be gone.</param>
    /// <param name="log">Where its words go.</param>
    /// <param name="force">When it fires, the command has two more seconds at most.</param>
    public async Task RunAsync(StopCommand command, string serverId, string run, int processId, ServerLog log, CancellationToken force)
    {
        using var limit = new CancellationTokenSource(command.Limit, time);
        using (force.UnsafeRegister(static state => ((CancellationTokenSource)state!).CancelAfter(Hurried), limit))
        {
            try
            {
                var spec = command.Resolve(serverId, run, processId, variables);
                var exit = await _runner.RunAsync(spec, log, default, Timeout.InfiniteTimeSpan, limit.Token).ConfigureAwait(false);
                if (exit.Code != 0)
                    Warn(exit.InFull);
            }
            catch (OperationCanceledException)
            {
                Warn(force.IsCancellationRequested ? "it was ended, for the stop was hurried" : $"it took longer than {command.Limit.TotalSeconds:0.###} s (shutdown.commandMs) and was ended");
            }
            catch (Exception failure) // of whatever kind: the stop goes on
            {
                Warn(failure.Message);
            }
        }

        void Warn(string why)
        {
            logger.StopCommandFailed(serverId, run, why);
            log.Append(LogSource.Steward, $"stopCommand failed: {why}");
        }
    }
}
