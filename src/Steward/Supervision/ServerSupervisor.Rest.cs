using Steward.Configuration;

namespace Steward.Supervision;

/// <content>Servers that rest while nobody uses them, and that the next call wakes.</content>
internal sealed partial class ServerSupervisor
{
    // One that was started only to see what it offers stays for so long, for whoever was waiting for it.
    private static readonly TimeSpan AfterListing = TimeSpan.FromSeconds(1);

    private bool _onlyLists; // it was started by nobody who uses it
    private IdleWatch? _idle;

    private bool IsAtRest => _status is { StartsOnCall: true, State: ServerState.Stopped };

    /// <summary>Says what it is to the table that the server is to be there for calls.</summary>
    private Signal Serve() => (Config.Start, _status.State) switch
    {
        (ServerStart.Eager, _) => new Signal.StartRequested(),
        (_, ServerState.Stopped or ServerState.Stopping) when _tools.Remembered(_server.Config) is { } facts => new Signal.Rested { Facts = facts },
        (_, ServerState.Stopped or ServerState.Crashed or ServerState.FailedToStart) => ToBeListed(),
        (_, ServerState.Stopping) => new Signal.StartRequested(),
        _ => new Signal.Passed(), // it runs or will: when nobody uses it, it rests by itself
    };

    private Signal.Woken ToBeListed()
    {
        _onlyLists = true;
        return new();
    }

    /// <summary>Says what a call is to the table. One that comes while the server is being put to rest has it started anew.</summary>
    private Signal TakeCall(Signal.Called called)
    {
        _onlyLists = false;
        return IsAtRest ? new Signal.Woken() : _status.StartsOnCall ? called : new Signal.Passed();
    }

    /// <summary>Puts the run to rest, unless somebody has begun to use it in this very moment. Whoever comes later is not taken by it, and waits for the next.</summary>
    private Signal Rest(Signal.Idled idled) =>
        Config.MayRest && _status.State == ServerState.Running && _successor is null && _live!.TryRest() ? idled : new Signal.Passed();

    /// <summary>A lazy server is not started again when nobody waits for it: the next call does that, so that there is no crash loop without calls.</summary>
    private Signal Retry(Signal.RetryDue due) =>
        _status.State == ServerState.Restarting && Config.Start == ServerStart.Lazy && !_tools.IsPart && !_onlyLists && !_server.IsWanted ? new Signal.Rested() : due;

    /// <summary>What a new definition is to a server that rests: it is started to see what it offers by it, or because it is to be there from now on.</summary>
    private Signal.Woken? RedefineResting(ServerConfig before, bool needsRestart)
    {
        if (!IsAtRest)
        {
            _onlyLists |= needsRestart && _status.StartsOnCall; // it is just being put to rest
            return null;
        }

        var isToStay = Config.Start == ServerStart.Eager && (before.Start == ServerStart.Lazy || !Config.MayRest);
        if (isToStay)
            return new();
        return needsRestart || before.Tools != Config.Tools ? ToBeListed() : null;
    }

    private bool WillRest(Signal signal, ServerState next) => next switch
    {
        ServerState.Stopping => _purpose == StopPurpose.Rest,
        ServerState.Stopped => signal is Signal.Rested
            || (_status.State == ServerState.Stopping && _purpose == StopPurpose.Rest)
            || (IsAtRest && signal is not Signal.StopRequested),
        _ => false,
    };

    /// <summary>Begins to look whether somebody uses the run, in place of whatever looked before.</summary>
    private void WatchIdleness(IServerRun server)
    {
        _idle?.Dispose();
        _idle = null;
        var first = _onlyLists ? AfterListing : Config.IdleStop;
        _onlyLists = false;
        if (first == Timeout.InfiniteTimeSpan || _tools.IsPart)
            return;
        var idled = new Signal.Idled(_run);
        _idle = new IdleWatch(server, () => Post(idled), first, Config.IdleStop, _tools.Time);
    }
}
