using Steward.Configuration;

namespace Steward.Registry;

/// <content>What the configuration file says, beside what is said here of the same servers.</content>
internal sealed partial class ServerRegistry
{
    // Held from the look at who declares a server until what follows from it has begun: by a change here for its server, by the file for
    // all that it is about. Never while anybody waits for a server to come up, and taken after the turn where both are.
    private readonly KeyedGate _holds = new();

    /// <summary>What a file declares, with what was said at run time against it.</summary>
    internal StewardConfig Over(StewardConfig declared) => _kept.Over(declared);

    /// <summary>
    /// Keeps changes of these servers from beginning until it is disposed, when none has half begun. What follows from a file is made
    /// meanwhile: so no server becomes declared, or is let go of, behind the back of a change.
    /// </summary>
    internal Task<IDisposable> HoldAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => _holds.EnterAsync(ids, cancellationToken);

    /// <summary>Takes note of what a configuration has changed, once for each server, and of what it says. Its servers are held.</summary>
    /// <param name="said">The configuration, before anything that was said against it.</param>
    /// <param name="plan">What it came to.</param>
    internal async Task NoteAppliedAsync(StewardConfig said, ConfigPlan plan)
    {
        _kept.Declare(said.Servers);
        _store.History.Retain(plan.Wanted.History);
        foreach (var id in plan.Removed)
            Record(id, LifecycleEventKind.Removed, "from the configuration file");
        foreach (var id in plan.Added)
            Record(id, LifecycleEventKind.Added, "from the configuration file");
        foreach (var change in plan.Changed)
            RecordChange(change.Id, change.Keys, Declared);
        foreach (var id in _kept.FindOvertaken())
            await ForgetOverrideAsync(id).ConfigureAwait(false);
    }

    /// <summary>What was said against the file while an earlier process ran may be what the file says by now.</summary>
    private async Task ForgetOvertakenAsync()
    {
        foreach (var id in _kept.FindOvertaken())
        {
            using (await HoldAsync(id).ConfigureAwait(false))
            {
                if (_kept.FindOvertaken().Contains(id)) // still, for somebody may have said something else meanwhile
                    await ForgetOverrideAsync(id).ConfigureAwait(false);
            }
        }
    }

    private async Task ForgetOverrideAsync(string id)
    {
        try
        {
            await _store.Servers.OverrideAsync(id, null, CancellationToken.None).ConfigureAwait(false);
            _kept.Override(id, null);
        }
        catch (RegistryException)
        {
            // The store has said so. It does no harm as long as the file says the same, and is tried again with the file's next version.
        }
    }

    private Task<IDisposable> HoldAsync(string id) => _holds.EnterAsync(id, CancellationToken.None);
}
