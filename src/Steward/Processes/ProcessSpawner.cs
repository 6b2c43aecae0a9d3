using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Steward.Processes.Limits;

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

    /// <summary>The limits of servers that this machine does not keep, and that were told already.</summary>
    public ConcurrentDictionary<string, bool> ToldLimits { get; } = new(StringComparer.Ordinal);

    /// <summary>Measures what is started; null: nobody does.</summary>
    public ResourceMonitor? Monitor { get; init; }

    /// <summary>Tells where the control groups of what is started are made.</summary>
    public Func<Delegation> Delegation { get; init; } = static () => Limits.Delegation.Here;

    /// <summary>What commands are started through on this machine.</summary>
    public Task<LaunchChain> Chain => _chain.Task;

    /// <summary>Starts the process; a cancellation counts until the start and not after, so that no started child is lost.</summary>
    /// <param name="process">The process.</param>
    /// <param name="isServer">Whether it leaves the last descriptors and processes alone, as servers do and those who would stop one do not.</param>
    /// <param name="started">Called as soon as it is started, while it is on its way through the launch chain and has no children yet. Must not throw.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="InvalidOperationException">Too many starts are waiting, or too few descriptors or processes are left.</exception>
    public Task<ProcessIdentity> StartAsync(Process process, bool isServer, Action<Process> started, CancellationToken cancellationToken)
    {
        var start = new Start(process, isServer, started, cancellationToken);
        return _starts.TryAdd(start, 0, CancellationToken.None)
            ? start.Done.Task
            : throw new InvalidOperationException($"{MostWaiting} starts are waiting already.");
    }

    /// <summary>Ends what is left in control groups of an earlier process like this one, and removes them.</summary>
    public Task SweepGroupsAsync() => Task.Run(() =>
    {
        if (Limits.Delegation.SweepLeftovers() is > 0 and var left)
            _logger.LeftoversKilled(left);
    });

    public void Dispose()
    {
        if (!_thread.IsAlive || _starts.IsAddingCompleted)
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

    private sealed class Start(Process process, bool isServer, Action<Process> started, CancellationToken cancellationToken)
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
                if (isServer && (DescriptorReserve.Problem() ?? TaskReserve.Problem()) is { } problem)
                    throw new InvalidOperationException(problem);
                process.Start();
                started(process);
                Done.SetResult(new ProcessIdentity(process.Id, ProcessTable.Read(process.Id)?.StartTime ?? 0));
            }
            catch (Exception exception) // the boundary of the thread: whoever asked for the start gets it
            {
                Done.SetException(exception);
            }
        }
    }
}
