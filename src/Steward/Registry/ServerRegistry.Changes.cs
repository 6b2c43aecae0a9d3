using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <content>Changes, one at a time for each server: first what fails without harm, then the disk, then what runs.</content>
public sealed partial class ServerRegistry
{
    private const string Registered = "registry";

    private async Task<ServerEntry> AddInTurnAsync(ServerConfig config, RegistrationOptions options, CancellationToken cancellationToken)
    {
        if (_manager.FindServer(config.Id) is not null || _kept.IsUnreadable(config.Id))
            throw new ServerExistsException(config.Id);
        if (options.Test)
            await _trial.RunAsync(config, cancellationToken).ConfigureAwait(false);

        var now = Now;
        var registered = new RegisteredServer(config, options.Source, now, now);
        if (!await _store.Servers.AddAsync(registered, CancellationToken.None).ConfigureAwait(false))
            throw new ServerExistsException(config.Id);
        _kept.Put(registered);
        try
        {
            await _manager.AddServerAsync(config, options.Start, CancellationToken.None).ConfigureAwait(false);
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
        var registered = FindRegistered(config.Id);
        var changed = DefinitionText.Differences(registered.Config, config);
        if (changed.Count == 0)
            return Known(config.Id);

        var updated = registered with { Config = config, Updated = Now };
        await _manager.UpdateServerAsync(config, CancellationToken.None).ConfigureAwait(false);
        try
        {
            await _store.Servers.UpdateAsync(updated, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            await _manager.UpdateServerAsync(registered.Config, CancellationToken.None).ConfigureAwait(false); // what runs is what is kept
            throw;
        }

        _kept.Put(updated);
        RecordChange(config.Id, changed, Registered);
        return Known(config.Id);
    }

    /// <summary>Takes note of what a configuration has changed, once for each server.</summary>
    internal void NoteApplied(ConfigPlan plan)
    {
        _store.History.Retain(plan.Wanted.History);
        foreach (var id in plan.Removed)
            Record(id, LifecycleEventKind.Removed, "from the configuration file");
        foreach (var id in plan.Added)
            Record(id, LifecycleEventKind.Added, "from the configuration file");
        foreach (var change in plan.Changed)
            RecordChange(change.Id, change.Keys, Declared);
    }

    private async Task<bool> RemoveHiddenInTurnAsync(string id)
    {
        if (!IsDeclared(id))
            return await RemoveInTurnAsync(id).ConfigureAwait(false);
        if (!_kept.Holds(id))
            return false;
        await _store.Servers.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
        _kept.Remove(id);
        Record(id, LifecycleEventKind.Removed, "from the registry; the one in the configuration file stays");
        return true;
    }

    private async Task<bool> RemoveInTurnAsync(string id)
    {
        if (IsDeclared(id))
            throw Declares(id);
        if (!_kept.Holds(id))
            return false;
        await _store.Servers.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
        await _manager.RemoveServerAsync(id, CancellationToken.None).ConfigureAwait(false);
        _kept.Remove(id);
        Catalogues.Forget(id);
        Record(id, LifecycleEventKind.Removed, null);
        return true;
    }

    private async Task<ServerEntry> SetEnabledInTurnAsync(string id, bool enabled)
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
            // Against the file, or back to what it says: there is no third.
            bool? overrides = _kept.FindOverride(id) is null ? enabled : null;
            await _store.Servers.OverrideAsync(id, overrides, CancellationToken.None).ConfigureAwait(false);
            _kept.Override(id, overrides);
        }

        await (enabled ? _manager.EnableServerAsync(id, CancellationToken.None) : _manager.DisableServerAsync(id, CancellationToken.None)).ConfigureAwait(false);
        Record(id, enabled ? LifecycleEventKind.Enabled : LifecycleEventKind.Disabled, null);
        ConfigChanged(id, ["disabled"], Registered);
        return Known(id);
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
