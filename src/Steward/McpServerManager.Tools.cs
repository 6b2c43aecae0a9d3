using Microsoft.Extensions.AI;
using Steward.Agents;
using Steward.Supervision;

namespace Steward;

/// <content>The servers' tools, for models.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// The tools of all servers that run, as functions that a chat client can offer to a model. The set is alive: it follows servers that
    /// start, stop, come, go or change their tools, and a tool that was taken from it works across restarts of its server.
    /// <para>
    /// A tool whose calls nobody has approved, by its server's <see cref="Configuration.ServerConfig.AutoApprove"/> or by
    /// <see cref="ServerToolOptions.Approve"/>, is an <see cref="ApprovalRequiredAIFunction"/>: function invocation then asks before it calls it.
    /// </para>
    /// </summary>
    /// <param name="options">Which tools, how they are named, who allows calls. Default: all, as the gateway names them, and nobody yet.</param>
    /// <param name="cancellationToken">Ends the wait for servers that are just being started (<see cref="ServerToolOptions.StartPatience"/>).</param>
    public async Task<ToolSet> GetToolsAsync(ServerToolOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ServerToolOptions();
        var host = Embedding.Host;
        await Task.WhenAll(Set.Supervisors.Select(supervisor => supervisor.PassAsync())).WaitAsync(cancellationToken).ConfigureAwait(false); // what was just asked for shows
        await Task.WhenAll(GetAllStatuses().Where(status => status.State == ServerState.Starting).Select(status => AwaitStartAsync(status, options.StartPatience, cancellationToken))).ConfigureAwait(false);

        var all = new ServerToolSet(this, host.Gateway, options.Naming ?? host.Gateway.Naming, options, host.Loggers.CreateLogger("Steward.Agents"));
        return options.Filter is { } filter ? all.Where(tool => filter(tool.GetService<ServerTool>()!)) : all;
    }

    /// <summary>The tools of all servers that run, of which a condition lets some pass.</summary>
    /// <param name="filter">The condition.</param>
    /// <param name="cancellationToken">Ends the wait for servers that are just being started.</param>
    /// <inheritdoc cref="GetToolsAsync(ServerToolOptions?, CancellationToken)"/>
    public Task<ToolSet> GetToolsAsync(Func<ServerTool, bool> filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return GetToolsAsync(new ServerToolOptions { Filter = filter }, cancellationToken);
    }

    /// <summary>A server that takes longer is left behind: its tools come when it is up.</summary>
    private async Task AwaitStartAsync(ServerStatus starting, TimeSpan patience, CancellationToken cancellationToken)
    {
        var left = patience;
        if (patience != Timeout.InfiniteTimeSpan && starting.Since + patience - _tools.Time.GetUtcNow() is var rest && rest < patience)
            left = rest; // not more than that, however far the clock was set back since the start
        if (left <= TimeSpan.Zero && left != Timeout.InfiniteTimeSpan)
            return;
        using var patient = new CancellationTokenSource(left, _tools.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patient.Token, cancellationToken);
        try
        {
            await WaitForStatusAsync(starting.Id, status => status.State != ServerState.Starting, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Long enough.
        }
        catch (UnknownServerException)
        {
            // Removed meanwhile.
        }
    }
}
