using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// One live server: its process, where it is a child, and the conversation with it. When either ends the other is ended
/// too, and every call that waits is answered.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    // How long the two signs of an end, the exit and the end of output, may lie apart.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    // How long it may take with the wish to hear of a resource, or no more.
    private static readonly TimeSpan SubscribeWithin = TimeSpan.FromSeconds(10);

    // How long callers may wait for the search for what is left of it: its last answers may still be read meanwhile.
    private static readonly TimeSpan Sweeping = TimeSpan.FromSeconds(2);

    // How long word of an end may be on its way on a busy machine.
    private static readonly TimeSpan WordOfEnd = TimeSpan.FromSeconds(10);

    private ServerConfig _config;
    private readonly ChildProcess? _child;
    private readonly UpstreamHost _host;
    private readonly ListeningTraffic _traffic;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopRequested;
    private bool _diedOfProbe;

    private Upstream(ServerConfig config, ChildProcess? child, ILink link, ListeningTraffic traffic, UpstreamHost host)
    {
        (_config, _child, _traffic, _host) = (config, child, traffic, host);
        Connection = new UpstreamConnection(config.Id, link, traffic, host.Logs[config.Id], host.Time, host.Logger) { Calls = host.Calls[config.Id] };
        Connection.Start();
        Ended = WatchAsync();
    }

    public UpstreamConnection Connection { get; }

    public int? ProcessId => _child?.Id;

    /// <summary>Whether its end is there or on its way, without anybody's doing.</summary>
    public bool IsEnding => Ended.IsCompleted || Connection.Closed.IsCompleted || _child is { IsOver: true };

    /// <summary>Completes when the conversation is over and no process is left. Never faults.</summary>
    public Task<RunEnd> Ended { get; }

    /// <summary>Completes, with the reason, when the server closed its output although its process lives: it can never answer again.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>
    /// Starts the process, or connects to the endpoint, and shakes hands. A process that the question for its era has ended is started
    /// once more and asked in the other way.
    /// </summary>
    /// <param name="config">The server.</param>
    /// <param name="introduction">Who it is told that it speaks with.</param>
    /// <param name="handler">Hears what it says of its own accord.</param>
    /// <param name="started">Hears of the process.</param>
    /// <param name="host">What it takes.</param>
    /// <param name="cancellation">Gives it up; and ends without grace what is left of it then.</param>
    /// <exception cref="ServerLaunchException">That failed; nothing is left of it.</exception>
    public static async Task<Upstream> OpenAsync(
        ServerConfig config, Introduction introduction, IConnectionHandler handler, Action<int> started, UpstreamHost host, (CancellationToken GiveUp, CancellationToken Force) cancellation)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            var upstream = await ConnectAsync(config, handler, host, cancellation.GiveUp).ConfigureAwait(false);
            try
            {
                if (upstream.ProcessId is { } pid)
                    started(pid);
                await upstream.ShakeHandsAsync(introduction, cancellation.GiveUp).ConfigureAwait(false);
                return upstream;
            }
            catch (ServerLaunchException) when (!isRepeated && upstream._diedOfProbe)
            {
                host.Logger.ProbeKilled(config.Id);
                await upstream.AbandonAsync(cancellation.Force).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                if (failure is ServerLaunchException refused)
                    refused.RetryAfter = upstream.Connection.AskedPause;
                await upstream.AbandonAsync(cancellation.Force).ConfigureAwait(false);
                throw;
            }
        }
    }

    private static async Task<Upstream> ConnectAsync(ServerConfig config, IConnectionHandler handler, UpstreamHost host, CancellationToken cancellationToken)
    {
        var traffic = new ListeningTraffic(handler);
        if (host.InMemory.TryGetValue(config.Id, out var memory))
            return new Upstream(config, null, memory.Connect(host.Loggers), traffic, host);

        ResolvedServer server;
        var run = RunMarker.NewRun();
        try
        {
            server = ResolvedServer.From(config, host.Variables.With(RunMarker.Variables(config.Id, run)));
        }
        catch (VariableException unresolved)
        {
            throw new ServerLaunchException($"Server '{config.Id}': {unresolved.Message}", isPermanent: true, innerException: unresolved);
        }

        if (config.Transport != ServerTransport.Stdio)
        {
            var link = await host.ConnectAsync(server, host, cancellationToken).ConfigureAwait(false);
            return new Upstream(config, null, link, traffic, host);
        }

        var spec = new ProcessSpec(config.Id, server.Command!, server.Args, server.Env, server.Cwd, config.Shutdown)
        {
            Run = run,
            StopCommand = StopCommand.Of(config),
            Variables = host.Variables,
            Limits = config.Limits,
        };
        var child = await ChildProcess.StartAsync(spec, host.Spawner, host.Logs[config.Id], host.Time, host.Logger, cancellationToken).ConfigureAwait(false);
        return new Upstream(config, child, new StdioLink(child.Input, child.Output), traffic, host);
    }

    /// <summary>Begins to hear of changes of a resource, however the server's era does that; returns when the server has agreed.</summary>
    /// <exception cref="UpstreamErrorException">It has not, or not in time.</exception>
    public async Task SubscribeAsync(string uri)
    {
        if (_traffic.Listening is not { } listening)
        {
            await RequestAsync("resources/subscribe", uri, SubscribeWithin).ConfigureAwait(false);
            return;
        }

        using var limit = new CancellationTokenSource(SubscribeWithin, _host.Time);
        try
        {
            await listening.SubscribeAsync(uri, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new UpstreamErrorException(JsonRpcErrorCode.RequestTimeout, $"Server '{_config.Id}' did not agree within {SubscribeWithin.TotalSeconds:0} s to tell of changes.");
        }
    }

    /// <summary>Ends what <see cref="SubscribeAsync"/> began.</summary>
    /// <exception cref="UpstreamErrorException">The server refuses, or does not answer in time.</exception>
    public async Task UnsubscribeAsync(string uri)
    {
        if (_traffic.Listening is { } listening)
            listening.Unsubscribe(uri);
        else
            await RequestAsync("resources/unsubscribe", uri, SubscribeWithin).ConfigureAwait(false);
    }

    /// <summary>Has <paramref name="missed"/> called when lists may have changed unheard. The lists were just read.</summary>
    public void OnListsRead(Action missed)
    {
        if (_traffic.Listening is not { } listening)
            return;
        listening.Missed = missed;
        listening.OnListsRead();
    }

    /// <summary>The server is defined anew, in nothing that would need another process: how a stop goes.</summary>
    public void Redefine(ServerConfig config)
    {
        Volatile.Write(ref _config, config);
        if (_child is not null)
            _child.Shutdown = config.Shutdown;
    }

    /// <summary>Lets calls in flight finish for a while, then ends it.</summary>
    public Task StopAsync(CancellationToken force) => EndAsync(Connection.IsRetired
        ? $"Server '{_config.Id}' was replaced by its new version, and the old one has not answered this within {_config.Shutdown.Drain.TotalSeconds:0.###} s (shutdown.drainMs)."
        : $"Server '{_config.Id}' was stopped.", force);

    /// <summary>The same where another has taken its place: clients' calls that come from now on are not its any more.</summary>
    public Task RetireAsync(CancellationToken force)
    {
        Connection.Retire();
        return StopAsync(force);
    }

    private async Task EndAsync(string reason, CancellationToken force)
    {
        _stopRequested = true;
        await StopListeningAsync().ConfigureAwait(false); // it would be in flight for ever
        await Connection.WaitIdleAsync(force).WaitAsync(_config.Shutdown.Drain, _host.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Connection.FailAll(reason);
        if (_child is not null)
            await _child.StopAsync(force).ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    /// <summary>Ends it without waiting for calls.</summary>
    public async Task AbandonAsync(CancellationToken force)
    {
        _stopRequested = true;
        if (_child is not null)
            await _child.StopAsync(force).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _stopRequested = true;
        await StopListeningAsync().ConfigureAwait(false);
        if (_child is not null)
            await _child.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    private async Task ShakeHandsAsync(Introduction introduction, CancellationToken cancellationToken)
    {
        var handshake = new Handshake(Connection, introduction, _config, _host.Eras, _host.Time);
        try
        {
            await handshake.PerformAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ServerLaunchException or LinkClosedException && Connection.Closed.IsCompleted)
        {
            var end = await Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (handshake.IsProbing)
                NoteDeath(end);
            throw new ServerLaunchException($"Server '{_config.Id}' ended during start-up: {end.Description}", exit: end.Exit, innerException: failure);
        }

        if (Connection.Server.Era == ProtocolEra.Modern)
        {
            var listening = new UpstreamListening(Connection, _host.Time, _host.Logger);
            _traffic.Listening = listening;
            listening.Start();
        }
    }

    /// <summary>Some servers of the legacy era end at a request that they do not know. One that never took it in had another reason.</summary>
    private void NoteDeath(RunEnd end)
    {
        var known = _host.Eras.Find(_config);
        _host.Eras.Forget(_config);
        if (known is not null || _config.Lifecycle != ServerLifecycle.Auto || end.Exit is null || Connection.HasRead != true)
            return;
        _host.Eras.Keep(_config, ProtocolEra.Legacy);
        _diedOfProbe = true;
    }

    private async ValueTask StopListeningAsync()
    {
        foreach (var call in Connection.CallsOf<TaskListenCall>())
            call.Stop(Connection);
        if (_traffic.Listening is { } listening)
            await listening.DisposeAsync().ConfigureAwait(false);
    }

    private Task<byte[]> RequestAsync(string method, string uri, TimeSpan within) =>
        Connection.RequestAsync(method, JsonRpcWriter.Object(json => json.WriteString("uri"u8, uri)), within, CancellationToken.None);

    private async Task<RunEnd> WatchAsync()
    {
        var end = _child is null ? new RunEnd(await Connection.Closed.ConfigureAwait(false)) : await WatchChildAsync(_child).ConfigureAwait(false);
        if (_stopRequested)
            end = end with { Reason = "stopped on request" };
        Connection.FailAll($"Server '{_config.Id}' ended before it answered: {end.Description}");
        await Connection.DisposeAsync().ConfigureAwait(false);
        if (_child is not null)
            await _child.DisposeAsync().ConfigureAwait(false);
        return end;
    }

    private async Task<RunEnd> WatchChildAsync(ChildProcess child)
    {
        await Task.WhenAny(child.Died, Connection.Closed, child.Overstepped).ConfigureAwait(false);
        if (child.Overstepped.IsCompletedSuccessfully && !child.Died.IsCompleted)
        {
            var reason = await child.Overstepped.ConfigureAwait(false);
            Connection.FailAll($"Server '{_config.Id}' {reason}.");
            _lost.TrySetResult(reason);
            await child.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false); // each moment it takes more
            return new RunEnd(reason, await child.Exited.ConfigureAwait(false));
        }

        if (child.Died.IsCompleted)
        {
            // The last answers may still be in the pipe; a grandchild may hold it open for ever.
            await ((Task)Connection.Closed).WaitAsync(Settling, _host.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            await ((Task)child.Died).WaitAsync(Settling, _host.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!child.Died.IsCompleted && child.IsOver)
                await ((Task)child.Died).WaitAsync(WordOfEnd, _host.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!child.Died.IsCompleted)
            {
                var closed = await Connection.Closed.ConfigureAwait(false);
                var reason = child.Verdict ?? closed; // the kernel has ended it, and what came of it takes its time to go
                Connection.FailAll($"Server '{_config.Id}' {reason}.");
                _lost.TrySetResult(reason);
                await child.StopAsync(CancellationToken.None).ConfigureAwait(false); // it can never answer again
                return new RunEnd(reason, await child.Exited.ConfigureAwait(false));
            }
        }

        await ((Task)child.Exited).WaitAsync(_config.StopCommand.Count > 0 ? Settling : Sweeping, _host.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!child.Exited.IsCompleted)
            TellDeath(await child.Died.ConfigureAwait(false));
        var exit = await child.Exited.ConfigureAwait(false);
        return new RunEnd(child.Verdict ?? exit.ToString(), exit);
    }

    /// <summary>Its stop command, or the search for what is left of it, takes its time: callers do not wait for that.</summary>
    private void TellDeath(ProcessExit exit)
    {
        if (_stopRequested)
            return;
        Connection.FailAll($"Server '{_config.Id}' ended before it answered: {new RunEnd(exit.ToString(), exit).Description}");
        if (_config.StopCommand.Count > 0)
            _lost.TrySetResult(exit.ToString()); // that may last: it can take no more calls
    }
}
