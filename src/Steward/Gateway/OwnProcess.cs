using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>
/// A server process that serves one session alone. Started on first use, initialised with the client's own words;
/// started again on the next use after it ended.
/// </summary>
internal sealed class OwnProcess(GatewayServer server, Session session, UpstreamHost host, TaskKeepers keepers)
{
    private readonly Lock _gate = new();
    private Task<Upstream>? _opening;
    private bool _stopped;

    /// <summary>The live upstream.</summary>
    /// <exception cref="ServerLaunchException">It cannot be started.</exception>
    public Task<Upstream> GetAsync()
    {
        lock (_gate)
        {
            if (_stopped)
                throw new ServerLaunchException("The session has ended.");
            // A start that failed is tried again by the next call; one that is under way is shared.
            if (_opening is null or { IsFaulted: true } or { IsCanceled: true } || (_opening.IsCompletedSuccessfully && _opening.Result.Ended.IsCompleted))
                _opening = Task.Run(OpenAsync);
            return _opening;
        }
    }

    /// <summary>The connection to it, while it runs.</summary>
    public UpstreamConnection? Live
    {
        get
        {
            lock (_gate)
                return _opening is { IsCompletedSuccessfully: true, Result: { Ended.IsCompleted: false } upstream } ? upstream.Connection : null;
        }
    }

    /// <summary>Ends the process. Never faults.</summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public async Task StopAsync(CancellationToken force)
    {
        Task<Upstream>? opening;
        lock (_gate)
            (_stopped, opening) = (true, _opening);
        if (opening is null)
            return;
        try
        {
            var upstream = await opening.ConfigureAwait(false);
            await upstream.StopAsync(force).ConfigureAwait(false);
        }
        catch (Exception failure) when (opening.IsFaulted)
        {
            // It never came up, and nothing is left of it; whoever called it was told.
            _ = failure;
        }
    }

    private async Task<Upstream> OpenAsync()
    {
        var introduction = new Introduction(session.Opening.Parameters, session.ModernMeta);
        var upstream = await OwnUpstream.OpenAsync(server, introduction, new OwnTraffic(server, session, keepers), host).ConfigureAwait(false);
        if (session.LogLevel is { } level)
            await LogLevels.TryTellAsync(upstream.Connection, level, host.Logger).ConfigureAwait(false); // said before there was this process
        return upstream;
    }
}
