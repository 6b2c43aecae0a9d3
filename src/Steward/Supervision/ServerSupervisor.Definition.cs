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
        var (said, before) = (_server.Config, Config);
        if (change.Expected is { } expected && !ReferenceEquals(expected, said))
            return new Signal.Passed();

        var needsRestart = ServerDifferences.Between(said, change.Config).NeedsRestart;
        change.Outcome = new Redefinition(said, _status.State == ServerState.Running, needsRestart);
        _server.Origin = change.Origin ?? _server.Origin;
        _server.Config = change.Config;
        _tools.Redefined();
        _backoff = new Backoff(Config.RestartPolicy, _tools.Random);
        if (Config.Disabled)
            return new Signal.Disabled();
        if (before.Disabled)
            return new Signal.Enabled();
        if (needsRestart)
            return new Signal.Outdated();

        if (_status.State == ServerState.Running)
            ApplyLive(before);
        return change;
    }

    private void ApplyLive(ServerConfig before)
    {
        _live!.Redefine(Config);
        if (before.Health != Config.Health)
            WatchHealth(_live);
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
