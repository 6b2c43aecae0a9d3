using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <content>
/// Changes, one at a time for each server: first what fails without harm, then the disk, then what runs. From the look at who declares a
/// server until its change has begun, the file is held off; what the server comes to by it is waited for without that.
/// </content>
internal sealed partial class ServerRegistry
{
    private const string Registered = "registry";

    private async Task<ServerEntry> AddInTurnAsync(ServerConfig config, RegistrationOptions options, CancellationToken cancellationToken)
    {
        RefuseSecond(config.Id);
        if (options.Test)
            await _trial.RunAsync(config, cancellationToken).ConfigureAwait(false);

        Task<ServerStatus> starting;
        using (await HoldAsync(config.Id).ConfigureAwait(false))
        {
            RefuseSecond(config.Id); // the file may have declared it meanwhile
            var now = Now;
            var registered = new RegisteredServer(config, options.Source, now, now);
            if (!await _store.Servers.AddAsync(registered, CancellationToken.None).ConfigureAwait(false))
                throw new ServerExistsException(config.Id);
            _kept.Put(registered);
            starting = _manager.AddServerAsync(config, options.Start, CancellationToken.None);
        }

        try
        {
            await starting.ConfigureAwait(false);
        }
        catch
        {
            _kept.Remove(config.Id);
            await _store.Servers.RemoveAsync(config.Id, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        Record(config.Id, LifecycleEventKind.Added, $"from {options.Source}");
        return Known(config.Id);
    }

    private async Task<ServerEntry> UpdateInTurnAsync(ServerConfig config)
    {
        RegisteredServer registered;
        IReadOnlyList<string> changed;
        Task<ServerStatus> settling;
        using (await HoldAsync(config.Id).ConfigureAwait(false))
        {
            registered = FindRegistered(config.Id);
            changed = DefinitionText.Differences(registered.Config, config);
            if (changed.Count == 0)
                return Known(config.Id);
            settling = _manager.UpdateServerAsync(config, CancellationToken.None);
        }

        await settling.ConfigureAwait(false);
        var updated = registered with { Config = config, Updated = Now };
        try
        {
            await _store.Servers.UpdateAsync(updated, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            await RunAsKeptAsync(config.Id).ConfigureAwait(false);
            throw;
        }

        _kept.Put(updated);
        await RunAsKeptAsync(config.Id).ConfigureAwait(false);
        RecordChange(config.Id, changed, Registered);
        return Known(config.Id);
    }

    /// <summary>
    /// What runs is what is kept: also where the change could not be written, or where the file has declared the server for a moment and
    /// left it with the definition that was kept until then. What the file declares now is left alone.
    /// </summary>
    private async Task RunAsKeptAsync(string id)
    {
        Task settling;
        using (await HoldAsync(id).ConfigureAwait(false))
        {
            if (IsDeclared(id) || _kept.Find(id)?.Config is not { } kept || _manager.FindServer(id)?.Wanted is not { } current || DefinitionText.Differences(current, kept).Count == 0)
                return;
            settling = _manager.UpdateServerAsync(kept, CancellationToken.None);
        }

        await settling.ConfigureAwait(false);
    }

    private async Task<bool> RemoveHiddenInTurnAsync(string id)
    {
        using (await HoldAsync(id).ConfigureAwait(false))
        {
            if (IsDeclared(id))
            {
                if (!_kept.Holds(id))
                    return false;
                await _store.Servers.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
                _kept.Remove(id);
                Record(id, LifecycleEventKind.Removed, "from the registry; the one in the configuration file stays");
                return true;
            }
        }

        return await RemoveInTurnAsync(id).ConfigureAwait(false);
    }

    private async Task<bool> RemoveInTurnAsync(string id)
    {
        Task removing;
        using (await HoldAsync(id).ConfigureAwait(false))
        {
            if (IsDeclared(id))
                throw Declares(id);
            if (!_kept.Holds(id))
                return false;
            await _store.Servers.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
            _kept.Leave(id);
            removing = _manager.RemoveServerAsync(id, CancellationToken.None);
        }

        await removing.ConfigureAwait(false);
        _kept.Remove(id);
        Catalogues.Forget(id);
        Record(id, LifecycleEventKind.Removed, null);
        return true;
    }

    private async Task<ServerEntry> SetEnabledInTurnAsync(string id, bool enabled)
    {
        Task settling;
        using (await HoldAsync(id).ConfigureAwait(false))
        {
            var server = Known(id);
            if (server.Config.Disabled != enabled)
                return server;
            if (!server.IsDeclared && _kept.Find(id) is { } registered)
            {
                var updated = registered with { Config = server.Config with { Disabled = !enabled }, Updated = Now };
                await _store.Servers.UpdateAsync(updated, CancellationToken.None).ConfigureAwait(false);
                _kept.Put(updated);
            }
            else
            {
                bool? overrides = _kept.FindDeclared(id) == enabled ? null : enabled; // against the file, or back to what it says
                await _store.Servers.OverrideAsync(id, overrides, CancellationToken.None).ConfigureAwait(false);
                _kept.Override(id, overrides);
            }

            settling = enabled ? _manager.EnableServerAsync(id, CancellationToken.None) : _manager.DisableServerAsync(id, CancellationToken.None);
        }

        await settling.ConfigureAwait(false);
        Record(id, enabled ? LifecycleEventKind.Enabled : LifecycleEventKind.Disabled, null);
        ConfigChanged(id, ["disabled"], Registered);
        return Known(id);
    }

    private void RefuseSecond(string id)
    {
        if (_manager.FindServer(id) is not null || _kept.IsUnreadable(id))
            throw new ServerExistsException(id);
    }

    /// <summary>As exact as it is kept, so that a time does not change over a restart.</summary>
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());

    private RegisteredServer FindRegistered(string id) =>
        IsDeclared(id) ? throw Declares(id) : _kept.Find(id) ?? throw Unknown(id);

    private DeclaredServerException Declares(string id) => new(id, DeclaredIn, _kept.Holds(id));

    /// <summary>A declared server hides a kept one of its id.</summary>
    private bool IsDeclared(string id) => _manager.FindServer(id) is { Origin: ServerOrigin.Declared };

    private ServerEntry Known(string id) => Find(id) ?? throw Unknown(id);

    private UnknownServerException Unknown(string id) => new(id, [.. _manager.Servers.Select(server => server.Config.Id)]);

    private void RecordChange(string id, IReadOnlyList<string> keys, string source)
    {
        var detail = string.Join(", ", keys);
        Record(id, LifecycleEventKind.ConfigChanged, source == Declared ? $"in the configuration file: {detail}" : detail);
        ConfigChanged(id, keys, source);
    }

    private void Record(string id, LifecycleEventKind kind, string? detail) => _store.History.Record(new LifecycleEvent(id, kind, _time.GetUtcNow(), detail));
}
