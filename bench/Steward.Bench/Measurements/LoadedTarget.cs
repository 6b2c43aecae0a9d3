using System.Diagnostics;
using System.Net.Sockets;
using Steward.Bench.Load;
using Steward.Bench.Reporting;
using Steward.Bench.Sessions;
using Steward.Bench.Targets;
using Steward.Bench.Upstream;

namespace Steward.Bench.Measurements;

/// <summary>A running target with the sessions that live through all rounds, and every measurement on it.</summary>
internal sealed class LoadedTarget(Target target, BenchOptions options, ResultSet results) : IAsyncDisposable
{
    private const int MaxSessions = 32;
    private const int LargestArgument = 12 * 1024 * 1024;
    private const int SessionOpeners = 4;

    private readonly List<McpSession> _sessions = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            session.Abandon();
        _sessions.Clear();
        await target.DisposeAsync();
    }

    internal async Task StartAsync(UpstreamCommand server, CancellationToken cancellationToken)
    {
        await target.StartAsync([server], cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
        if (options.Parts.Contains("memory"))
        {
            results.Add(target.Name, Metric.ResidentIdle, target.ResidentMiB());
            results.Add(target.Name, Metric.GuardedResidentIdle, target.ResidentWithGuardsMiB());
        }

        OpenSessions();

        // Just-in-time compilers, of both runtimes, must not be what the first round measures.
        foreach (var scenario in LoadScenario.All.Where(scenario => scenario.Sessions * scenario.CallsInFlight > 1))
            Run(scenario, TimeSpan.Zero, options.Window);
    }

    internal void Measure(LoadScenario scenario) => Attempt(scenario.Metrics, () => MeasureLoad(scenario));

    /// <summary>Sessions from connect to end, each with its handshake and one list of the tools, four clients at a time.</summary>
    internal void MeasureSessions() => Attempt([Metric.SessionsOpened], CountSessions);

    internal void MeasureMemoryAfterLoad()
    {
        results.Add(target.Name, Metric.ResidentAfterLoad, target.ResidentMiB());
        results.Add(target.Name, Metric.GuardedResidentAfterLoad, target.ResidentWithGuardsMiB());
    }

    internal void MeasureLargeArgument() => Attempt([Metric.LargestArgument], () =>
    {
        using var session = target.OpenSession();
        _ = session.EchoTool;
        var started = Stopwatch.GetTimestamp();
        session.CallEcho(LargestArgument);
        results.Add(target.Name, Metric.LargestArgument, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    });

    /// <summary>How long the next client needs for its first call when 32 others have just closed their connections.</summary>
    internal void MeasureLeave()
    {
        if (target.SpeaksMcp && target.ProcessId is not null)
            Attempt([Metric.NextClient], LeaveAtOnce);
    }

    private void MeasureLoad(LoadScenario scenario)
    {
        var result = Run(scenario, options.WarmUp, options.Window);
        var name = target.Name;
        results.Add(name, scenario.P50, result.P50);
        results.Add(name, scenario.P99, result.P99);
        results.Add(name, scenario.Throughput, result.CallsPerSecond);
        if (target.ProcessId is null)
            return;
        var thousands = result.Calls / 1000.0;
        results.Add(name, scenario.Cpu, result.Used.CpuSeconds / thousands);
        if (target.GuardIds.Count > 0)
            results.Add(name, scenario.GuardedCpu, (result.Used.CpuSeconds + result.Used.GuardCpuSeconds) / thousands);
        results.Add(name, scenario.Allocation, result.Used.AllocatedBytes / result.Calls);
    }

    private void CountSessions()
    {
        var opened = 0;
        var started = Stopwatch.GetTimestamp();
        var clients = Enumerable.Range(0, SessionOpeners).Select(_ => Task.Factory.StartNew(OpenAgainAndAgain, default, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Task.WaitAll(clients);
        results.Add(target.Name, Metric.SessionsOpened, opened / Stopwatch.GetElapsedTime(started).TotalSeconds);
        Settle();

        void OpenAgainAndAgain()
        {
            while (Stopwatch.GetElapsedTime(started) < options.Window)
            {
                using (var session = target.OpenSession())
                    session.ListTools();
                Interlocked.Increment(ref opened);
            }
        }
    }

    private void LeaveAtOnce()
    {
        var leaving = new List<McpSession>();
        for (var i = 0; i < MaxSessions; i++)
        {
            var session = target.OpenSession();
            (session as StreamableHttpSession)?.Listen();
            session.CallEcho(LoadScenario.Small);
            leaving.Add(session);
        }

        foreach (var session in leaving)
            session.Abandon();
        var started = Stopwatch.GetTimestamp();
        using (var next = target.OpenSession())
            next.CallEcho(LoadScenario.Small);
        results.Add(target.Name, Metric.NextClient, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Settle();
    }

    /// <summary>A target that fails fails in its own column; it gets new sessions and the run goes on.</summary>
    private void Attempt(IEnumerable<Metric> metrics, Action measure)
    {
        try
        {
            measure();
        }
        catch (Exception problem) when (problem is BenchException or SocketException or AggregateException)
        {
            foreach (var metric in metrics)
                results.Fail(target.Name, metric, problem.GetBaseException().Message);
            foreach (var session in _sessions)
                session.Abandon();
            OpenSessions();
        }
    }

    private void OpenSessions()
    {
        _sessions.Clear();
        for (var i = 0; i < MaxSessions; i++)
            _sessions.Add(target.OpenSession());
    }

    private LoadResult Run(LoadScenario scenario, TimeSpan warmUp, TimeSpan window)
    {
        var board = new CallBoard(scenario.Sessions * scenario.CallsInFlight, scenario.ArgumentLength, target.SpeaksMcp);
        var sessions = _sessions.Take(scenario.Sessions).ToList();
        try
        {
            var links = sessions.SelectMany((session, i) => session.CreateLinks(board, i * scenario.CallsInFlight, scenario.CallsInFlight)).ToArray();
            return LoadLoop.Run(links, board, warmUp, window, target.ReadCounters);
        }
        catch (BenchException failure)
        {
            throw new BenchException($"{target.Name}, {scenario.Id}: {failure.Message}", failure);
        }
        finally
        {
            foreach (var session in sessions)
                session.CloseLinks();
        }
    }

    /// <summary>Waits until the target answers at once again, so that what it still cleans up falls on nobody else.</summary>
    private void Settle()
    {
        var started = Stopwatch.GetTimestamp();
        for (var quick = 0; quick < 20 && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20);)
        {
            var asked = Stopwatch.GetTimestamp();
            _sessions[0].CallEcho(LoadScenario.Small);
            quick = Stopwatch.GetElapsedTime(asked) < TimeSpan.FromMilliseconds(20) ? quick + 1 : 0;
        }
    }
}
