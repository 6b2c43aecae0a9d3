extern alias library;

using library::Steward.Configuration;
using library::Steward.Supervision;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Model;

/// <summary>What changes the servers.</summary>
internal static class LifecycleOperations
{
    public static ModelOperation[] All { get; } =
    [
        new("start", 40, call => Running(call, call.Manager.StartServerAsync(call.Id, call.Cancelled)), IsNoStart),
        new("stop", 12, StopAsync, static _ => false),
        new("restart", 8, call => Running(call, call.Manager.RestartServerAsync(call.Id, call.Cancelled)), IsNoStart),
        new("enable", 24, call => call.Manager.EnableServerAsync(call.Id, call.Cancelled), static _ => false),
        new("disable", 6, call => call.Manager.DisableServerAsync(call.Id, call.Cancelled), static _ => false),
        new("update", 20, UpdateAsync, static failure => failure is ServerUpdateException) { MayBeGivenUp = false },
        new("update given up", 4, UpdateAsync, static failure => failure is ServerUpdateException),
        new("rename", 6, RenameAsync, static failure => failure is ServerUpdateException) { MayBeGivenUp = false, IsForLasting = true },
        new("add", 16, AddAsync, static failure => failure is ServerExistsException) { MayBeGivenUp = false },
        new("remove", 6, RemoveAsync, static _ => false) { MayBeGivenUp = false },
        new("kill", 10, KillAsync, static _ => false),
        new("start all", 2, call => call.Manager.StartAllAsync(call.Cancelled), static _ => false),
        new("monitor", 2, MonitorAsync, static _ => false),
    ];

    /// <summary>Documented: it is disabled, or it did not come up.</summary>
    private static bool IsNoStart(Exception failure) => failure is ServerStartException || failure.GetType() == typeof(InvalidOperationException);

    private static async Task Running(ModelCall call, Task<ServerStatus> starting)
    {
        var status = await starting;
        call.Require(status is { State: ServerState.Running, Pid: not null }, $"a start came to {status}");
    }

    private static async Task StopAsync(ModelCall call)
    {
        var status = await call.Manager.StopServerAsync(call.Id, call.Cancelled);
        call.Require(status.State is not (ServerState.Starting or ServerState.Stopping), $"a stop came to {status}");
    }

    private static Task UpdateAsync(ModelCall call) => WriteAsync(call, IsLasting(call) ? call.World.Definitions.Complete(call.Id) : call.World.Definitions.Any(call.Id, call.Random),
        config => call.Manager.UpdateServerAsync(config, call.Cancelled));

    /// <summary>Needs no restart: not one call is to fail for it.</summary>
    private static async Task RenameAsync(ModelCall call)
    {
        if (call.Manager.FindConfig(call.Id) is not { } config)
            return;
        call.World.Book.Reopen(Definitions.NumberOf(config));
        try
        {
            await call.Manager.UpdateServerAsync(config with { Name = call.Text }, call.Cancelled);
        }
        finally
        {
            call.World.Book.End(Definitions.NumberOf(config), isTaken: true);
        }
    }

    private static Task AddAsync(ModelCall call) => IsLasting(call) ? Task.CompletedTask : WriteAsync(call, call.World.Definitions.Any(call.Id, call.Random), async config =>
    {
        await call.Manager.AddServerAsync(config, start: call.Random.Next(4) > 0, call.Cancelled);
        call.World.Count(call.Id, 1);
    });

    private static async Task RemoveAsync(ModelCall call)
    {
        if (!IsLasting(call) && await call.Manager.RemoveServerAsync(call.Id, call.Cancelled))
            call.World.Count(call.Id, -1);
    }

    private static Task KillAsync(ModelCall call)
    {
        if (call.Manager.FindStatus(call.Id)?.Pid is { } pid && call.World.Census.Has(pid))
            Signals.Send(pid, Signals.Kill);
        return Task.CompletedTask;
    }

    private static Task MonitorAsync(ModelCall call)
    {
        call.Manager.StopMonitoring();
        call.Manager.StartMonitoring();
        return Task.CompletedTask;
    }

    private static async Task WriteAsync(ModelCall call, ServerConfig config, Func<ServerConfig, Task> write)
    {
        var number = Definitions.NumberOf(config);
        call.World.Book.Begin(number, call.Id);
        try
        {
            await write(config);
            call.World.Book.End(number, isTaken: true);
        }
        catch (OperationCanceledException)
        {
            call.World.Book.End(number, isTaken: null);
            throw;
        }
        catch
        {
            call.World.Book.End(number, isTaken: false);
            throw;
        }
    }

    private static bool IsLasting(ModelCall call) => ModelWorld.Lasting.Contains(call.Id);
}
