using Steward.Bench.Reporting;
using Steward.Bench.Upstream;

namespace Steward.Bench.Measurements;

/// <summary>
/// The order of everything: all targets run side by side, and within a round each scenario visits one target after
/// the other, so that a slow minute of the machine falls on all of them.
/// </summary>
internal sealed class Suite : IAsyncDisposable
{
    private readonly BenchOptions _options;
    private readonly ResultSet _results;
    private readonly TargetFactory _factory;
    private readonly List<LoadedTarget> _targets = [];

    internal Suite(BenchOptions options, string workDirectory, ResultSet results)
    {
        (_options, _results) = (options, results);
        _factory = new TargetFactory(options, workDirectory);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in _targets)
            await target.DisposeAsync();
        _targets.Clear();
    }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_options.Parts.Any(part => part != "scale"))
        {
            await StartTargetsAsync(cancellationToken);
            for (var round = 0; round < _options.Rounds; round++)
                RunRound(round, cancellationToken);
            await FinishAsync(cancellationToken);
            await DisposeAsync();
        }

        if (_options.Parts.Contains("scale"))
            await new ScaleMeasurement(_options, _factory, _results).RunAsync(cancellationToken);
    }

    private async Task StartTargetsAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _options.Targets)
        {
            Progress.Say($"starting {name}");
            var loaded = new LoadedTarget(_factory.Create(name), _options, _results);
            _targets.Add(loaded);
            await loaded.StartAsync(UpstreamCommand.Echo, cancellationToken);
        }
    }

    private void RunRound(int round, CancellationToken cancellationToken)
    {
        foreach (var scenario in LoadScenario.All.Where(_ => _options.Parts.Contains("load")))
        {
            Progress.Say($"round {round + 1} of {_options.Rounds}: {scenario.Id}");
            foreach (var target in Rotated(round))
            {
                cancellationToken.ThrowIfCancellationRequested();
                target.Measure(scenario);
            }
        }

        if (!_options.Parts.Contains("sessions"))
            return;
        Progress.Say($"round {round + 1} of {_options.Rounds}: sessions");
        foreach (var target in Rotated(round))
        {
            cancellationToken.ThrowIfCancellationRequested();
            target.MeasureSessions();
        }
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_options.Parts.Contains("memory"))
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
            foreach (var target in _targets)
                target.MeasureMemoryAfterLoad();
            foreach (var target in _targets)
                target.MeasureLargeArgument();
        }

        for (var round = 0; round < _options.Rounds && _options.Parts.Contains("leave"); round++)
        {
            Progress.Say($"round {round + 1} of {_options.Rounds}: 32 clients leave at once");
            foreach (var target in _targets)
            {
                cancellationToken.ThrowIfCancellationRequested();
                target.MeasureLeave();
            }
        }
    }

    /// <summary>Another target begins in each round, so that none always follows the same one.</summary>
    private IEnumerable<LoadedTarget> Rotated(int round) =>
        Enumerable.Range(0, _targets.Count).Select(i => _targets[(i + round) % _targets.Count]);
}
