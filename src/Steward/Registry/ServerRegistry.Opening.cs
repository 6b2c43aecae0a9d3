using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <content>How kept servers come to run again.</content>
internal sealed partial class ServerRegistry
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _end = new(); // never disposed: it holds no timer
    private Task _late = Task.CompletedTask;

    /// <summary>Hands the kept servers to the manager, which has not started yet, and begins to record history.</summary>
    /// <param name="isOpen">Whether the store could be read; where not, that is tried until it can.</param>
    /// <param name="declared">What the file says, before anything that was said against it.</param>
    internal void Start(bool isOpen, IEnumerable<ServerConfig> declared)
    {
        _kept.Declare(declared);
        foreach (var taken in _manager.Enter(_kept.Servers.Select(server => server.Config)))
            _logger.RegisteredServerHidden(taken);
        _recorder.Start();
        _late = OpenAsync(isOpen);
    }

    private async Task OpenAsync(bool isOpen)
    {
        try
        {
            while (!isOpen)
            {
                await Task.Delay(RetryInterval, _time, _end.Token).ConfigureAwait(false);
                isOpen = await TryTakeOverAsync().ConfigureAwait(false);
            }

            await ForgetOvertakenAsync().ConfigureAwait(false);
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
    /// <returns>Whether the store could be read.</returns>
    private async Task<bool> TryTakeOverAsync()
    {
        Task settling;
        try
        {
            // Read again in the turns of all that is there: what was changed since the first look is as whoever changed it has left it.
            var seen = (await _store.Servers.ReadAsync(_end.Token).ConfigureAwait(false)).Ids;
            using var turns = await _turns.EnterAsync(seen, _end.Token).ConfigureAwait(false);
            using var hold = await HoldAsync(seen, _end.Token).ConfigureAwait(false);
            settling = BeginTakeOver((await _store.Servers.ReadAsync(_end.Token).ConfigureAwait(false)).Of(seen));
        }
        catch (RegistryException)
        {
            return false; // the store has said so; it is tried again
        }

        await settling.ConfigureAwait(false);
        return true;
    }

    /// <summary>Completes when the servers have come to something.</summary>
    private Task BeginTakeOver(RegistryContent content)
    {
        _kept.Fill(content);
        foreach (var unreadable in content.Unreadable)
            _logger.ServerUnreadable(unreadable.Id, unreadable.Problem);
        return Task.WhenAll(
        [
            .. content.Servers.Select(server => TakeOverAsync(server.Config)),
            .. content.Overrides.Where(said => IsDeclared(said.Key) && _manager.FindServer(said.Key)!.Config.Disabled == said.Value).Select(said => SwitchAsync(said.Key, said.Value)),
        ]);
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
}
