using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Probes one run, at intervals and when it is asked to, and says what it finds. What the findings add up to is for others to say.</summary>
/// <param name="server">The run.</param>
/// <param name="run">Its number.</param>
/// <param name="policy">How it is probed.</param>
/// <param name="post">Hears of each finding.</param>
/// <param name="tools">Clock, dice, and whether it is probed at intervals at all now.</param>
/// <param name="ended">Fires when the run is over, or is to be probed in another way.</param>
internal sealed class HealthWatch(IServerRun server, int run, HealthPolicy policy, Action<Signal> post, SupervisionTools tools, CancellationToken ended)
{
    private const int LongestWait = 8;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly HealthProbe _probe = new(server, policy, tools.Time);
    private int _failures; // in a row

    /// <summary>Whether the server is not of this machine, and is asked ever less often while it does not answer.</summary>
    public bool IsRemote { get; init; }

    /// <summary>Probes at intervals. Never faults.</summary>
    public async Task RunAsync()
    {
        if (policy.Interval == Timeout.InfiniteTimeSpan)
            return;
        // Servers that were started together must not all be probed in the same instant ever after.
        var first = policy.Interval * (0.9 + (0.1 * tools.Random.NextDouble()));
        using var timer = new PeriodicTimer(first > ShortestWait ? first : ShortestWait, tools.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                // Before the probe: whoever acts on what it finds can rely on the timer.
                if (policy.Interval * Wait() is var next && timer.Period != next)
                    timer.Period = next;
                if (tools.Monitoring.IsOn)
                    await CheckAsync(CancellationToken.None).ConfigureAwait(false);
                if (Volatile.Read(ref _failures) == 0 && timer.Period > policy.Interval)
                    timer.Period = policy.Interval; // it is back
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Probes now. What it finds counts as what is found at intervals does.</summary>
    /// <returns>What was found; <see langword="null"/> where the run was over first.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<Signal?> CheckAsync(CancellationToken cancellationToken)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellationToken);
        Signal finding;
        try
        {
            var startedAt = tools.Time.GetTimestamp();
            await _probe.AskAsync(any.Token).ConfigureAwait(false);
            if (!server.ProbesParts)
                server.Calls.RecordProbe(startedAt);
            var problem = await _probe.CallAsync(any.Token).ConfigureAwait(false);
            Volatile.Write(ref _failures, 0);
            finding = new Signal.ProbeSucceeded(run) { CallProblem = problem };
        }
        catch (Exception failure) // any failure is a finding, whatever its type
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ended.IsCancellationRequested)
                return null; // but not one that the end of the run has caused
            Interlocked.Increment(ref _failures);
            finding = new Signal.ProbeFailed(run, failure.Message);
        }

        post(finding);
        return finding;
    }

    /// <summary>After how many intervals the next probe is due. The first failures do not count: that a server is down is to be found out soon.</summary>
    private int Wait() => IsRemote && Volatile.Read(ref _failures) is > 1 and var failures ? Math.Min(1 << Math.Min(failures - 1, 8), LongestWait) : 1;
}
