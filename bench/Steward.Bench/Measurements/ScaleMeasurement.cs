using System.Diagnostics;
using Steward.Bench.Reporting;
using Steward.Bench.Targets;
using Steward.Bench.Upstream;

namespace Steward.Bench.Measurements;

/// <summary>Start-up with 1, 10 and 50 servers of twenty tools, and the memory that fifty idle ones take.</summary>
internal sealed class ScaleMeasurement(BenchOptions options, TargetFactory factory, ResultSet results)
{
    private const int ToolsPerServer = 20;
    private const int Lists = 50;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var scale in Metric.Scales)
            {
                Progress.Say($"round {round + 1} of {options.Rounds}: {scale.Servers} servers start");
                foreach (var name in options.Targets)
                {
                    await using var target = factory.Create(name);
                    if (target.Aggregates)
                        await MeasureAsync(target, scale, cancellationToken);
                }
            }
        }
    }

    private async Task MeasureAsync(Target target, ScaleMetrics scale, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await target.StartAsync(UpstreamCommand.Many(scale.Servers, factory.ManyToolsScript), cancellationToken);
        using var session = target.OpenSession();
        while (session.ListTools().Count(name => name.Contains("tool_", StringComparison.Ordinal)) < scale.Servers * ToolsPerServer)
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
                throw new BenchException($"{target.Name}: the tools of {scale.Servers} servers were not visible within 60 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }

        results.Add(target.Name, scale.Ready, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        var used = target.ReadCounters();
        results.Add(target.Name, scale.Cpu, used.CpuSeconds + used.GuardCpuSeconds);
        if (scale.Resident is not null)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
            results.Add(target.Name, scale.Resident, target.ResidentMiB());
            results.Add(target.Name, scale.GuardedResident, target.ResidentWithGuardsMiB());
        }

        var times = Enumerable.Range(0, Lists).Select(_ => Time(() => session.ListTools())).Order().ToList();
        results.Add(target.Name, scale.List, times[Lists / 2]);
    }

    private static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
