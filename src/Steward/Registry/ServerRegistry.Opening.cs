using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <content>How kept servers come to run again.</content>
public sealed partial class ServerRegistry
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _end = new(); // never disposed: it holds no timer
    private Task _late = Task.CompletedTask;

    /// <summary>Hands the kept servers to the manager, which has not started yet, and begins to record history.</summary>
    /// <param name="isOpen">Whether the store could be read; where not, that is tried until it can.</param>
    internal void Start(bool isOpen)
    {
        foreach (var taken in _manager.Enter(_kept.Servers.Select(server => server.Config)))
            _logger.RegisteredServerHidden(taken);
        _recorder.Start();
        if (!isOpen)
            _late = OpenLateAsync();
    }

    private async Task OpenLateAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(RetryInterval, _time, _end.Token).ConfigureAwait(false);
                try
                {
                    await TakeOverAsync(await _store.Servers.ReadAsync(_end.Token).ConfigureAwait(false)).ConfigureAwait(false);
                    return;
                }
                catch (RegistryException)
                {
                    // The store has said so; it is tried again.
                }
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Steward ends before the registry could be read.
        }
    }

    /// <summary>The manager runs already: each server is added as if somebody did so now.</summary>
    private async Task TakeOverAsync(RegistryContent content)
    {
        _kept.Fill(content);
        await Task.WhenAll(content.Servers.Select(server => TakeOverAsync(server.Config))).ConfigureAwait(false);
        foreach (var (id, enabled) in content.Overrides)
        {
            if (_manager.FindServer(id) is { } declared && declared.Config.Disabled == enabled)
                await (enabled ? _manager.EnableServerAsync(id, _end.Token) : _manager.DisableServerAsync(id, _end.Token)).ConfigureAwait(false);
        }
    }

    private async Task TakeOverAsync(ServerConfig config)
    {
        try
        {
            await _manager.AddServerAsync(config, cancellationToken: _end.Token).ConfigureAwait(false);
        }
        catch (ServerExistsException)
        {
            _logger.RegisteredServerHidden(config.Id);
        }
    }
}
