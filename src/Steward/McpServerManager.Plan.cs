using Steward.Configuration;
using Steward.Supervision;

namespace Steward;

/// <content>Following a configuration.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// The definition that somebody registered at run time under an id that a configuration declares: it holds again when the declaration
    /// goes.
    /// </summary>
    internal Func<string, ServerConfig?> FindRegistered { get; set; } = static _ => null;

    /// <summary>The definitions that a configuration declared, in its order: what a plan is made against. Of a server that is being updated it is the new one.</summary>
    internal IReadOnlyList<ServerConfig> Declared => [.. Servers.Where(server => server is { Origin: ServerOrigin.Declared, IsLeaving: false }).Select(server => server.Wanted)];

    /// <summary>
    /// Does what a plan says: what is removed has ended before anything new is started; the rest happens side by side, and what the plan
    /// leaves alone is not touched. Servers that were added at run time are none of its business, but for one whose id the configuration
    /// declares now.
    /// </summary>
    /// <param name="plan">The plan, made against the servers as they are.</param>
    /// <param name="cancellationToken">Ends the wait; what has begun goes on.</param>
    /// <returns>What became of each server that the plan is about. That one could not be started is no exception.</returns>
    /// <exception cref="ObjectDisposedException">The manager is being shut down.</exception>
    public async Task<IReadOnlyList<ServerOutcome>> ApplyAsync(ConfigPlan plan, CancellationToken cancellationToken = default)
    {
        var settling = await BeginApplyAsync(plan).WaitAsync(cancellationToken).ConfigureAwait(false);
        return await settling.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when every server has its new definition; the inner task, which never faults, when they have come to something by it.</summary>
    internal async Task<Task<IReadOnlyList<ServerOutcome>>> BeginApplyAsync(ConfigPlan plan)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _shutdown) is not null, this);
        var gone = await Task.WhenAll(plan.Removed.Select(DropAsync)).ConfigureAwait(false);
        var wanted = plan.Wanted.Servers.ToDictionary(server => server.Id, StringComparer.Ordinal);
        var coming = plan.Added.Select(id => (Config: wanted[id], Done: "added"))
            .Concat(plan.Changed.Select(change => (Config: wanted[change.Id], Done: Word(change.Effect))));
        var begun = await Task.WhenAll(coming.Select(server => BeginAsync(server.Config, server.Done))).ConfigureAwait(false);
        Order([.. wanted.Keys]);
        return FinishAsync(gone, begun);

        static async Task<IReadOnlyList<ServerOutcome>> FinishAsync(ServerOutcome[] gone, Task<ServerOutcome>[] begun) =>
            [.. gone, .. await Task.WhenAll(begun).ConfigureAwait(false)];
    }

    /// <summary>A declaration goes: with its server, unless somebody has registered one of that id.</summary>
    private async Task<ServerOutcome> DropAsync(string id)
    {
        if (FindRegistered(id) is not { } registered)
        {
            if (Set.Find(id) is { Server: { Origin: ServerOrigin.Registered, IsLeaving: false } own })
                return new(id, "removed", own.Status, null) { Warning = "It stays: it is not the declared one, but was added at run time." };
            await RemoveServerAsync(id).ConfigureAwait(false);
            return new(id, "removed", null, null);
        }

        var settling = await BeginAsync(registered, "changed", ServerOrigin.Registered).ConfigureAwait(false);
        return await settling.ConfigureAwait(false) with { Warning = "It is not declared any more; the one that was registered under this id holds again." };
    }

    private async Task<Task<ServerOutcome>> BeginAsync(ServerConfig config, string done, ServerOrigin origin = ServerOrigin.Declared)
    {
        try
        {
            if (Set.Find(config.Id) is not { Server.IsLeaving: false } supervisor)
                return SettleAsync(StartAddedAsync(await EnterAsync(config, origin, CancellationToken.None).ConfigureAwait(false), isAsked: false), config.Id, done, warning: null);

            var warning = origin == ServerOrigin.Declared && supervisor.Server.Origin == ServerOrigin.Registered
                ? "It takes the place of one that was registered under this id."
                : null;
            return SettleAsync(await BeginRedefineAsync(supervisor, config, origin).ConfigureAwait(false), config.Id, done, warning);
        }
        catch (Exception failure) when (failure is UnknownServerException or ServerExistsException or ObjectDisposedException) // it went, or came, in this very moment
        {
            return Task.FromResult(new ServerOutcome(config.Id, done, FindStatus(config.Id), failure.Message));
        }
    }

    private async Task<ServerOutcome> SettleAsync(Task<ServerStatus> settling, string id, string done, string? warning)
    {
        try
        {
            var status = await settling.ConfigureAwait(false);
            var isDown = status.State is ServerState.Restarting or ServerState.Crashed or ServerState.FailedToStart;
            return new(id, done, status, isDown ? status.LastError ?? status.State.ToString() : null) { Warning = warning };
        }
        catch (Exception failure) when (failure is ServerUpdateException or UnknownServerException or ObjectDisposedException or InvalidOperationException)
        {
            return new(id, done, FindStatus(id), failure.Message) { Warning = warning };
        }
    }

    private static string Word(ServerChangeEffect effect) => effect switch
    {
        ServerChangeEffect.Restart => "restarted",
        ServerChangeEffect.Enable => "enabled",
        ServerChangeEffect.Disable => "disabled",
        _ => "changed",
    };
}
