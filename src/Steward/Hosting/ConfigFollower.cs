using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Configuration.Watching;
using Steward.Events;

namespace Steward.Hosting;

/// <summary>
/// Makes the servers of a program's manager what its files say whenever one of them changes. What cannot be used changes nothing, and what no
/// file says otherwise than before is left as the program has made it. No version waits until the servers of the one before have come up.
/// </summary>
internal sealed class ConfigFollower : IAsyncDisposable
{
    private readonly McpServerManager _manager;
    private readonly Func<StewardConfig> _compose;
    private readonly ConfigEvents _events;
    private readonly ManagerHost _host;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1); // never disposed: it holds no handle
    private readonly FileFollower _files;
    private StewardConfig _said; // whoever has the turn reads and writes it

    /// <summary>Begins to follow.</summary>
    /// <param name="manager">The manager.</param>
    /// <param name="built">What it was made of.</param>
    /// <param name="files">The files.</param>
    /// <param name="compose">What they make together now, with all else that the manager is made of.</param>
    /// <param name="host">What the servers run on.</param>
    public ConfigFollower(McpServerManager manager, StewardConfig built, IReadOnlyList<string> files, Func<StewardConfig> compose, ManagerHost host)
    {
        (_manager, _said, _compose, _host, _events) = (manager, built, compose, host, new ConfigEvents(host.Events));
        _logger = host.Loggers.CreateLogger("Steward.Hosting");
        _files = new FileFollower(files, (file, _, ended) => TakeAsync(file, ended), _logger.FollowingFailed, host.Time);
    }

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    private async Task TakeAsync(string file, CancellationToken ended)
    {
        await _turn.WaitAsync(ended).ConfigureAwait(false);
        try
        {
            var wanted = _compose();
            var plan = ConfigPlan.Between(_said, wanted);
            _host.ApplyLive(wanted);
            if (plan.ChangesNoServer)
                return; // the first look, as a rule
            _ = await _manager.BeginApplyAsync(plan).ConfigureAwait(false); // what the servers come to is in their statuses
            _said = wanted;
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
