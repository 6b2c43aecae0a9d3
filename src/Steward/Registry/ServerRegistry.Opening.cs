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
        catch (Exception over) when (over is ObjectDisposedException || (over is OperationCanceledException && _end.IsCancellationRequested))
        {
            // Steward ends before the registry could be taken over.
        }
        catch (Exception failure) // a bug of ours: it must not keep Steward from stopping as well
        {
            _logger.TakingOverFailed(failure);
        }
    }

    /// <summary>The manager runs already: each server is added as if somebody did so now.</summary>
    private async Task TakeOverAsync(RegistryContent content)
    {
        _kept.Fill(content);
        foreach (var unreadable in content.Unreadable)
            _logger.ServerUnreadable(unreadable.Id, unreadable.Problem);
        await Task.WhenAll(content.Servers.Select(server => TakeOverAsync(server.Config))).ConfigureAwait(false);
        foreach (var (id, enabled) in content.Overrides)
        {
            if (_manager.FindServer(id) is { } declared && declared.Config.Disabled == enabled)
                await SwitchAsync(id, enabled).ConfigureAwait(false);
        }
    }

    private async Task SwitchAsync(string id, bool enabled)
    {
        try
        {
            await (enabled ? _manager.EnableServerAsync(id, _end.Token) : _manager.DisableServerAsync(id, _end.Token)).ConfigureAwait(false);
        }
        catch (UnknownServerException)
        {
            // It left in this very moment.
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
            if (IsDeclared(config.Id)) // else it was added since the file could be written again
                _logger.RegisteredServerHidden(config.Id);
        }
    }
}
