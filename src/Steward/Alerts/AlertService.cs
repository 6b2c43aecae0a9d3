using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Upstreams;

namespace Steward.Alerts;

/// <summary>The alerts of one manager, if its configuration wants any. What it wants may change.</summary>
internal sealed class AlertService(McpServerManager manager, UpstreamHost host) : IAsyncDisposable
{
    private readonly ILogger _logger = host.Loggers.CreateLogger("Steward.Alerts");
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private AlertDesk? _desk;
    private AlertSender? _sender;
    private Task _watching = Task.CompletedTask;

    /// <summary>Takes over what is wanted from now on. Where it is the first that is wanted, what is wrong already is told, too.</summary>
    public void Apply(AlertsConfig? config)
    {
        lock (_gate)
        {
            if (_end.IsCancellationRequested || (config is null && _desk is null))
                return;
            config ??= new AlertsConfig { On = [] };
            if (_desk is null)
                Begin(config);
            else
                _desk.Change(config);
        }
    }

    /// <summary>Ends, when what was told has been sent: within a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        AlertSender? sender;
        lock (_gate) // whoever has just begun is seen here
            sender = _sender;
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _desk?.Dispose();
        if (sender is not null)
            await sender.DisposeAsync().ConfigureAwait(false);
    }

    private void Begin(AlertsConfig config)
    {
        _sender = new AlertSender(host, _logger);
        _desk = new AlertDesk(config, _sender.Send, host.Time);
        _watching = Task.Run(() => WatchAsync(_desk));
    }

    private async Task WatchAsync(AlertDesk desk)
    {
        await foreach (var status in manager.WatchAsync(_end.Token).ConfigureAwait(false))
        {
            try
            {
                desk.Take(status);
            }
            catch (Exception failure) // a bug of ours: what comes next is told all the same
            {
                _logger.StatusNotWeighed(status.Id, failure);
            }
        }
    }
}
