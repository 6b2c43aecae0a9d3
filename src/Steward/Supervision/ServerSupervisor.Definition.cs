using Steward.Configuration;

namespace Steward.Supervision;

/// <content>What the server is, which may change while it runs.</content>
internal sealed partial class ServerSupervisor
{
    /// <summary>Gives the server another definition. What of it needs no restart has its effect at once.</summary>
    /// <returns>The version of the first status that knows of it, <see langword="null"/> where it came too late; and what it met, nothing where another definition had come before.</returns>
    public async Task<(long? Version, Redefinition? Outcome)> RedefineAsync(ServerConfig config, ServerConfig? expected = null, ServerOrigin? origin = null)
    {
        var change = new Signal.Redefined(config) { Expected = expected, Origin = origin };
        var version = await AskAsync(change).ConfigureAwait(false);
        return (version, change.Outcome);
    }

    /// <summary>Takes a definition over and says what that is to the table.</summary>
    private Signal Redefine(Signal.Redefined change)
    {
        var (said, before, isRunning) = (_server.Config, Config, _status.State == ServerState.Running);
        if (change.Expected is { } expected && !ReferenceEquals(expected, _server.Wanted))
            return new Signal.Passed();

        var needsRestart = ServerDifferences.Between(said, change.Config).NeedsRestart;
        change.Outcome = new Redefinition(_server.Wanted, isRunning, needsRestart);
        _server.Origin = change.Origin ?? _server.Origin;
        if (isRunning && needsRestart && !change.Config.Disabled && ServerDifferences.AllowBeside(said, change.Config))
            return Supersede(change);

        if (_successor is not null)
            GiveUpSuccessor();
        TakeOver(change.Config);
        if (Config.Disabled)
            return new Signal.Disabled();
        if (before.Disabled)
            return new Signal.Enabled();
        if (RedefineResting(before, needsRestart) is { } woken)
            return woken;
        if (needsRestart)
            return new Signal.Outdated();

        if (isRunning)
            ApplyLive(before);
        return change;
    }

    /// <summary>Has a run by the new definition started beside the present one, unless the one that is being started will do.</summary>
    private Signal Supersede(Signal.Redefined change)
    {
        var done = _successor?.Done ?? new TaskCompletionSource<SuccessionEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        change.Outcome = change.Outcome! with { Succession = done.Task };
        if (_successor is null || ServerDifferences.Between(_successor.Config, change.Config).NeedsRestart)
            return new Signal.Superseded(change.Config, done);
        _successor.Config = _server.Next = change.Config;
        return change;
    }

    private void ApplyLive(ServerConfig before)
    {
        _live!.Redefine(Config);
        if (before.Health != Config.Health)
            WatchHealth(_live);
        if ((before.Start, before.IdleStop) != (Config.Start, Config.IdleStop))
            WatchIdleness(_live);
        if (before.RestartPolicy.ResetAfter != Config.RestartPolicy.ResetAfter)
            _proof?.Change(Config.RestartPolicy.ResetAfter, Timeout.InfiniteTimeSpan);
    }

    private ServerStatus Described(ServerStatus status) => status with
    {
        Name = Config.Name,
        Tags = Config.Tags.Count > 0 ? Config.Tags : null,
        Origin = _server.Origin,
        Transport = Config.Transport == ServerTransport.Auto && status.Transport != ServerTransport.Stdio ? status.Transport : Config.Transport,
    };
}
