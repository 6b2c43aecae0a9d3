using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Configuration.Watching;
using Steward.Events;

namespace Steward.Hosting;

/// <summary>
/// Makes the servers of a program's manager what its files say whenever one of them changes. What cannot be used changes nothing. No version
/// waits until the servers of the one before have come up.
/// </summary>
internal sealed class ConfigFollower : IAsyncDisposable
{
    private readonly McpServerManager _manager;
    private readonly StewardConfig _built;
    private readonly Func<StewardConfig> _compose;
    private readonly ConfigEvents _events;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1); // never disposed: it holds no handle
    private readonly CancellationTokenSource _end = new(); // nor this
    private readonly Task _following;

    /// <summary>Begins to follow.</summary>
    /// <param name="manager">The manager.</param>
    /// <param name="built">What it was made of.</param>
    /// <param name="files">The files.</param>
    /// <param name="compose">What they make together now, with all else that the manager is made of.</param>
    /// <param name="host">What the servers run on.</param>
    public ConfigFollower(McpServerManager manager, StewardConfig built, IReadOnlyList<string> files, Func<StewardConfig> compose, ManagerHost host)
    {
        (_manager, _built, _compose, _events, _time) = (manager, built, compose, new ConfigEvents(host.Events), host.Time);
        _logger = host.Loggers.CreateLogger("Steward.Hosting");
        _following = Task.WhenAll(files.Select(file => Task.Run(() => FollowAsync(file), CancellationToken.None)));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FollowAsync(string file)
    {
        using var signals = new FileSignals();
        var watcher = new ConfigWatcher(file, () => ConfigFile.TryRead(file), signals, _time);
        try
        {
            await foreach (var _ in watcher.VersionsAsync(_end.Token).ConfigureAwait(false))
                await TakeAsync(file).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException && _end.IsCancellationRequested)
        {
            // The manager ends.
        }
        catch (Exception failure) // a bug of ours: the servers go on, but nobody must believe that the file is followed
        {
            _logger.FollowingFailed(file, failure);
        }
    }

    private async Task TakeAsync(string file)
    {
        await _turn.WaitAsync(_end.Token).ConfigureAwait(false);
        try
        {
            var plan = ConfigPlan.Between(_built with { Servers = _manager.Declared }, _compose());
            if (plan.ChangesNoServer)
                return; // the first look, as a rule
            _ = await _manager.BeginApplyAsync(plan).ConfigureAwait(false); // what the servers come to is in their statuses
            _events.Applied(file, plan);
            _logger.ConfigurationApplied(file, plan.ToString());
        }
        catch (ConfigException unusable)
        {
            _events.Rejected(file, unusable.Problems);
            _logger.ConfigurationUnusable(unusable.Message);
        }
        catch (ObjectDisposedException)
        {
            // The manager ends.
        }
        finally
        {
            _turn.Release();
        }
    }
}
