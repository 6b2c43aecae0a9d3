using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>
/// The one thread on which every child is started. The kernel's parent-death signal fires when the starting <em>thread</em>
/// ends, so a child started from a pool thread would be killed when the pool retires that thread. Dispose it only after all
/// children have ended: with the thread goes whatever it started.
/// </summary>
internal sealed class ProcessSpawner : IDisposable
{
    private const int MostWaiting = 4096;

    private readonly BlockingCollection<Start> _starts = new(MostWaiting);
    private readonly TaskCompletionSource<LaunchChain> _chain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly Thread _thread;

    /// <param name="logger">Hears what does not work here.</param>
    /// <param name="ledger">Where children are noted for the next daemon, should this one die; null: nowhere.</param>
    /// <param name="chain">What to start commands through; null: what works on this machine.</param>
    public ProcessSpawner(ILogger logger, ProcessLedger? ledger = null, LaunchChain? chain = null)
    {
        (_logger, Ledger, Sweeper) = (logger, ledger, new ProcessSweeper(logger));
        if (chain is not null)
            _chain.SetResult(chain);
        _thread = new Thread(Run) { IsBackground = true, Name = "Steward spawner" };
        _thread.Start();
    }

    public ProcessSweeper Sweeper { get; }

    public ProcessLedger? Ledger { get; }

    /// <summary>What commands are started through on this machine.</summary>
    public Task<LaunchChain> Chain => _chain.Task;

    /// <summary>Starts the process; a cancellation counts until the start and not after, so that no started child is lost.</summary>
    /// <exception cref="InvalidOperationException">Too many starts are waiting, or too few descriptors are left.</exception>
    public Task<ProcessIdentity> StartAsync(Process process, CancellationToken cancellationToken)
    {
        var start = new Start(process, cancellationToken);
        return _starts.TryAdd(start, 0, CancellationToken.None)
            ? start.Done.Task
            : throw new InvalidOperationException($"{MostWaiting} starts are waiting already.");
    }

    public void Dispose()
    {
        if (_starts.IsAddingCompleted)
            return;

        _starts.CompleteAdding();
        _thread.Join();
        _starts.Dispose();
    }

    private void Run()
    {
        if (OperatingSystem.IsLinux())
            Posix.KeepDescriptorsFromChildren();
        if (!Chain.IsCompleted)
            ProbeChain();

        foreach (var start in _starts.GetConsumingEnumerable())
            start.Perform();
    }

    private void ProbeChain()
    {
        var chain = LaunchChain.Probe();
        if (chain.Missing.Count > 0)
            _logger.LaunchChainDegraded(string.Join(" and ", chain.Missing));
        _chain.SetResult(chain);
    }

    private sealed class Start(Process process, CancellationToken cancellationToken)
    {
        public TaskCompletionSource<ProcessIdentity> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Perform()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Done.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                if (DescriptorReserve.Problem() is { } problem)
                    throw new InvalidOperationException(problem);
                process.Start();
                Done.SetResult(new ProcessIdentity(process.Id, ProcessTable.Read(process.Id)?.StartTime ?? 0));
            }
            catch (Exception exception) // the boundary of the thread: whoever asked for the start gets it
            {
                Done.SetException(exception);
            }
        }
    }
}
