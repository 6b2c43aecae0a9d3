using Steward.Cli.Output;
using Steward.Server;
using Steward.Supervision;

namespace Steward.Cli.Up;

/// <summary>One line for each thing that happens, for pipes, files and service managers.</summary>
internal sealed class PlainDisplay(CliContext context) : IUpDisplay
{
    public void Listening(StewardHost host)
    {
        Say($"Steward {StewardHost.Version} listens on {host.Url}/mcp (one server: {host.Url}/servers/ID/mcp)");
        context.Out.WriteLine("Put Steward into a client with 'steward connect CLIENT', or paste into its configuration:");
        context.Out.WriteLine(ClientSnippet.Create(host.Url, host.Gateway));
        context.Out.WriteLine(ClientSnippet.Launched);
        context.Out.Flush();
    }

    public async Task ShowAsync(McpServerManager manager, CancellationToken cancellationToken)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var status in manager.WatchAsync(cancellationToken))
        {
            var line = Describe(status);
            if (status.IsOldNews || (said.TryGetValue(status.Id, out var before) && before == line))
                continue; // such as one more tool: worth a cell in the table, but no line
            if (status.IsRemoved)
                said.Remove(status.Id);
            else
                said[status.Id] = line;
            Say(status is { State: ServerState.Running, HealthReason: { } reason } ? $"{line}: {SafeText.Line(reason)}" : line);
        }
    }

    public void Notice(string text) => Say(SafeText.Lines(text));

    public void Stopping() => Say("stopping");

    private void Say(string what)
    {
        context.Out.WriteLine($"{context.Time.GetLocalNow():HH:mm:ss} {what}");
        context.Out.Flush();
    }

    private static string Describe(ServerStatus status)
    {
        if (status.IsRemoved)
            return $"{status.Id}: removed";
        var row = new List<string>();
        if (status is { State: ServerState.Running, Revision: { } revision })
            row.Add($"revision {SafeText.Line(revision)}");
        if (status is { State: ServerState.Running, Pid: { } pid })
            row.Insert(0, $"pid {pid}");
        if (status is { State: ServerState.Running, Health: ServerHealth.Degraded or ServerHealth.Unhealthy })
            row.Add(status.Health.ToString());
        if (status.State is ServerState.Restarting or ServerState.Crashed or ServerState.FailedToStart && status.LastError is { } error)
            row.Add(SafeText.Line(error));
        if (status is { State: ServerState.Stopped, StartsOnCall: true })
            row.Add("starts on first call");
        return row.Count == 0 ? $"{status.Id}: {status.State}" : $"{status.Id}: {status.State} ({string.Join(", ", row)})";
    }
}
