using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Agents;
using Steward.Hosting;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>Runs what a program wants of one server: bounds it, makes it again where that does no harm, and says plainly why it failed.</summary>
internal sealed class ServerOperations(McpServerManager manager, ManagedClients clients, ManagerHost host)
{
    // For a server to which nothing can be sent although it seems to run: each attempt waits as long as a start may take.
    private const int MostAttempts = 4;

    // As long as a timer can be.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Does something that may be done again: it changes nothing.</summary>
    /// <param name="id">The server.</param>
    /// <param name="what">What is done, for people.</param>
    /// <param name="operation">Does it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task<T> ReadAsync<T>(string id, string what, Func<ManagedClient, CancellationToken, ValueTask<T>> operation, CancellationToken cancellationToken) =>
        RunAsync(id, what, timeout: null, static _ => true, operation, cancellationToken);

    /// <summary>Makes a request that is never made again.</summary>
    /// <param name="id">The server.</param>
    /// <param name="what">What is done, for people.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="operation">Does it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task<T> SendAsync<T>(string id, string what, TimeSpan? timeout, Func<ManagedClient, CancellationToken, ValueTask<T>> operation, CancellationToken cancellationToken) =>
        RunAsync(id, what, timeout, static _ => false, operation, cancellationToken);

    /// <summary>Calls a tool.</summary>
    public async Task<CallToolResult> CallToolAsync(string id, string tool, IReadOnlyDictionary<string, object?>? arguments, ToolCallOptions options, CancellationToken cancellationToken)
    {
        CallFlow.State = options.State; // ends with this method: its caller's flow is not touched
        return await RunAsync(id, $"the call of tool '{tool}'", options.Timeout, run => MayReplay(run, tool, options.Replay),
            (client, token) => client.CallToolAsync(tool, arguments, options.Progress, options: null, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> RunAsync<T>(string id, string what, TimeSpan? timeout, Func<UpstreamRun?, bool> mayReplay, Func<ManagedClient, CancellationToken, ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        if (timeout is { } checkedTimeout && checkedTimeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(checkedTimeout, TimeSpan.Zero, nameof(timeout));
        using var bound = timeout is { } time && time != Timeout.InfiniteTimeSpan ? new CancellationTokenSource(time < Longest ? time : Longest, host.Time) : null;
        using var linked = bound is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        try
        {
            return await RunAsync(id, what, mayReplay, operation, linked?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (bound is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Server '{id}' did not complete {what} within {timeout!.Value.TotalSeconds:0.###} s; the request was cancelled.");
        }
        catch (McpProtocolException overdue) when (GatewayFailures.IsTimeout(overdue))
        {
            throw new TimeoutException(overdue.Message, overdue);
        }
        catch (McpProtocolException failure) when (GatewayFailures.OfTask(failure) is { } kind)
        {
            throw new McpTaskException(id, kind, failure);
        }
    }

    private async Task<T> RunAsync<T>(string id, string what, Func<UpstreamRun?, bool> mayReplay, Func<ManagedClient, CancellationToken, ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        var (attempts, wasReplayed) = (1, false);
        while (true)
        {
            var (client, run, transitions) = await ReachAsync(id, cancellationToken).ConfigureAwait(false);
            try
            {
                return await operation(client, cancellationToken).ConfigureAwait(false);
            }
            catch (McpProtocolException unsent) when (GatewayFailures.IsUnsent(unsent))
            {
                if (wasReplayed)
                    throw new UncertainResultException(id, what, wasReplayed: false, unsent);
                if (run is null && manager.FindStatus(id) is { State: not ServerState.Running } status)
                    throw new ServerNotRunningException(status); // it has been waited for already
                // To make it again is to make it. Where the server is not back, its status says why, as a rule; and how often it comes back is for its restart policy to say.
                if (!await IsBackAsync(id, transitions, cancellationToken).ConfigureAwait(false) && attempts++ == MostAttempts)
                    throw;
            }
            catch (McpException lost) when (IsLost(lost))
            {
                if (wasReplayed || !mayReplay(run) || !(lost is ClientClosedException || await IsBackAsync(id, transitions, cancellationToken).ConfigureAwait(false)))
                    throw new UncertainResultException(id, what, wasReplayed, lost);
                wasReplayed = true; // where the server was removed, that is what is said next
            }
            catch (McpProtocolException refused) when (refused.ErrorCode == (McpErrorCode)JsonRpcErrorCode.ServerUnavailable)
            {
                await manager.PassAsync(id, cancellationToken).ConfigureAwait(false);
                if (manager.ServerOf(id).IsLeaving)
                    throw manager.Unknown(id);
                if (manager.GetStatus(id) is { State: not ServerState.Running } status)
                    throw new ServerNotRunningException(status);
                throw; // it runs: the server says so itself, or a process of its own for this client does not start
            }
        }
    }

    /// <summary>Whether the request may have reached the server, and its answer will never come.</summary>
    private static bool IsLost(McpException failure) => failure is ClientClosedException || (failure is McpProtocolException error && GatewayFailures.IsConnectionLost(error));

    /// <summary>The client of a server that runs or will in time, its run where there is one, and how often the server had changed its state then.</summary>
    private async Task<(ManagedClient Client, UpstreamRun? Run, long Transitions)> ReachAsync(string id, CancellationToken cancellationToken)
    {
        var server = manager.ServerOf(id);
        var status = server.Status;
        if (server.IsLeaving)
            throw manager.Unknown(id);
        if (status.State == ServerState.Starting)
            status = await manager.WaitForStatusAsync(id, static status => status.State != ServerState.Starting, cancellationToken).ConfigureAwait(false);
        if (status.State != ServerState.Running && !host.Gateway.IsAwaited(id))
            throw new ServerNotRunningException(status);
        var run = server.Run;
        return (await clients.GetAsync(id, cancellationToken).ConfigureAwait(false), run, status.Transitions);
    }

    /// <summary>Waits for the next run of a server, not for longer than a start may take; <see langword="false"/> where there is none.</summary>
    private async Task<bool> IsBackAsync(string id, long transitions, CancellationToken cancellationToken)
    {
        if (manager.FindServer(id) is { Config.Instances: > 1 } several && several.IsThere(gone: null))
            return true; // the others have never been away
        using var bound = new CancellationTokenSource(manager.FindConfig(id)?.StartupTimeout ?? TimeSpan.Zero, host.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        try
        {
            var status = await manager.WaitForStatusAsync(id, status => status.Transitions > transitions && status.State is not (ServerState.Starting or ServerState.Restarting or ServerState.Stopping), linked.Token).ConfigureAwait(false);
            return status.State == ServerState.Running;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception gone) when (gone is UnknownServerException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static bool MayReplay(UpstreamRun? run, string tool, ReplayPolicy policy) => policy switch
    {
        ReplayPolicy.Always => true,
        ReplayPolicy.WhenAnnotated => run is not null && ToolSafety.Of(run, tool).IsIdempotent,
        _ => false,
    };
}
