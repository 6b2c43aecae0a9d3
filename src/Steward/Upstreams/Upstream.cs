using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>
/// One live server: its process, where it is a child, and the conversation with it. When either ends the other is ended
/// too, and every call that waits is answered.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    // How long the two signs of an end, the exit and the end of output, may lie apart.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    private readonly ServerConfig _config;
    private readonly ChildProcess? _child;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopRequested;

    private Upstream(ServerConfig config, ChildProcess? child, UpstreamConnection connection, TimeProvider time)
    {
        (_config, _child, Connection, _time) = (config, child, connection, time);
        connection.Start();
        Ended = WatchAsync();
    }

    public UpstreamConnection Connection { get; }

    public int? ProcessId => _child?.Id;

    /// <summary>Completes when the conversation is over and no process is left. Never faults.</summary>
    public Task<RunEnd> Ended { get; }

    /// <summary>Completes, with the reason, when the server closed its output although its process lives: it can never answer again.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Starts the process, or connects to the endpoint. The handshake is the caller's next step.</summary>
    /// <exception cref="ServerLaunchException">That failed; nothing is left of it.</exception>
    public static async Task<Upstream> OpenAsync(ServerConfig config, IConnectionHandler handler, UpstreamHost host, CancellationToken cancellationToken)
    {
        var log = host.Logs[config.Id];
        ResolvedServer server;
        try
        {
            server = ResolvedServer.From(config, host.Variables);
        }
        catch (VariableException unresolved)
        {
            throw new ServerLaunchException($"Server '{config.Id}': {unresolved.Message}", isPermanent: true, innerException: unresolved);
        }

        if (config.Transport != ServerTransport.Stdio)
        {
            var link = await host.ConnectAsync(server, host, cancellationToken).ConfigureAwait(false);
            return new Upstream(config, null, new UpstreamConnection(config.Id, link, handler, log, host.Time, host.Logger), host.Time);
        }

        var spec = new ProcessSpec(config.Id, server.Command!, server.Args, server.Env, server.Cwd, config.Shutdown);
        var child = await ChildProcess.StartAsync(spec, host.Spawner, log, host.Time, host.Logger, cancellationToken).ConfigureAwait(false);
        var pipes = new StdioLink(child.Input, child.Output);
        return new Upstream(config, child, new UpstreamConnection(config.Id, pipes, handler, log, host.Time, host.Logger), host.Time);
    }

    /// <summary>Shakes hands.</summary>
    /// <exception cref="ServerLaunchException">The server refused, or ended meanwhile.</exception>
    public async Task<HandshakeResult> ShakeHandsAsync(ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await Handshake.PerformAsync(Connection, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ServerLaunchException or LinkClosedException && Connection.Closed.IsCompleted)
        {
            var end = await Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            throw new ServerLaunchException($"Server '{_config.Id}' ended during start-up: {Describe(end)}", exit: end.Exit, innerException: failure);
        }
    }

    /// <summary>Lets calls in flight finish for a while, then ends it.</summary>
    public async Task StopAsync(CancellationToken force)
    {
        _stopRequested = true;
        await Connection.WaitIdleAsync(force).WaitAsync(_config.Shutdown.Drain, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Connection.FailAll($"Server '{_config.Id}' was stopped.");
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
        if (_child is not null)
            await _child.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    /// <summary>An end in words, with the last that the process said.</summary>
    public static string Describe(RunEnd end) => end.Exit is { StderrTail: { Count: > 0 } tail }
        ? $"{end.Reason}. It said: {string.Join(" | ", tail.TakeLast(3))}"
        : end.Reason;

    private async Task<RunEnd> WatchAsync()
    {
        var end = _child is null ? new RunEnd(await Connection.Closed.ConfigureAwait(false)) : await WatchChildAsync(_child).ConfigureAwait(false);
        if (_stopRequested)
            end = end with { Reason = "stopped on request" };
        Connection.FailAll($"Server '{_config.Id}' ended before it answered: {Describe(end)}");
        await Connection.DisposeAsync().ConfigureAwait(false);
        if (_child is not null)
            await _child.DisposeAsync().ConfigureAwait(false);
        return end;
    }

    private async Task<RunEnd> WatchChildAsync(ChildProcess child)
    {
        await Task.WhenAny(child.Exited, Connection.Closed).ConfigureAwait(false);
        if (child.Exited.IsCompleted)
        {
            // The last answers may still be in the pipe; a grandchild may hold it open for ever.
            await ((Task)Connection.Closed).WaitAsync(Settling, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            await ((Task)child.Exited).WaitAsync(Settling, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!child.Exited.IsCompleted)
            {
                var reason = await Connection.Closed.ConfigureAwait(false);
                Connection.FailAll($"Server '{_config.Id}' {reason}.");
                _lost.TrySetResult(reason);
                await child.StopAsync(CancellationToken.None).ConfigureAwait(false); // it can never answer again
                return new RunEnd(reason, await child.Exited.ConfigureAwait(false));
            }
        }

        var exit = await child.Exited.ConfigureAwait(false);
        return new RunEnd(exit.ToString(), exit);
    }
}
