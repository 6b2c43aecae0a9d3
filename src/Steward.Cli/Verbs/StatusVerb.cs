using System.CommandLine;
using Spectre.Console;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward status [SERVER]</c></summary>
internal sealed class StatusVerb : DaemonVerb
{
    private readonly Argument<string?> _server = new("SERVER") { Description = "Only this server, with all there is to know of it", Arity = ArgumentArity.ZeroOrOne };

    public StatusVerb(CliContext context)
        : base(context, "status", "Show how the servers are") => Arguments.Add(NoOption(_server));

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward status", "all servers in a table"),
        ("steward status memory", "everything about one server"),
        ("steward status --json | jq -r '.[] | select(.state != \"Running\") | .id'", "which servers do not run"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var id = arguments.GetValue(_server);
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(id is null ? await daemon.ReadServersAsync(cancellationToken) : await daemon.ReadServerAsync(id, cancellationToken));
        else if (id is null)
            await WriteAllAsync(daemon, cancellationToken);
        else
            WriteDetails(await daemon.GetServerAsync(id, cancellationToken));
        return ExitCodes.Success;
    }

    private async Task WriteAllAsync(DaemonClient daemon, CancellationToken cancellationToken)
    {
        WriteTable(await daemon.GetServersAsync(cancellationToken));
        foreach (var line in ConfigText.Of(await daemon.GetConfigAsync(cancellationToken)))
            Context.Error.WriteLine($"steward: {SafeText.Line(line)}");
    }

    private void WriteTable(IReadOnlyList<ServerStatus> servers)
    {
        var now = Context.Time.GetUtcNow();
        var rows = servers.Select(server => StatusRow.From(server, now)).ToList();
        if (!Context.IsTerminal)
        {
            TextTable.Write(Context.Out, StatusRow.Headers, rows.Select(row => row.Cells));
            return;
        }

        var console = StatusTable.ConsoleOn(Context.Out);
        console.Write(StatusTable.Create(rows, console.Profile.Width));
    }

    private void WriteDetails(ServerStatus server)
    {
        var row = StatusRow.From(server, Context.Time.GetUtcNow());
        Write("server", row.Server);
        Write("status", row.Status);
        Write("since", server.Since.ToString("u"));
        Write("health", Health(server));
        Write("transport", server.Transport.ToString());
        Write("pid", row.Pid);
        foreach (var instance in server.Instances ?? [])
            Write($"instance {instance.Number}", Instance(instance));
        Write("revision", row.Revision);
        Write("calls itself", SafeText.Line(server.ServerName));
        if (server.State == ServerState.Running || server.StartsOnCall)
            Write("offers", $"{server.ToolCount} tools, {server.PromptCount} prompts, {server.ResourceCount} resources");
        Write("uptime", row.Uptime);
        Write("restarts", row.Restarts);
        Write("failures", server.ConsecutiveFailures == 0 ? null : $"{server.ConsecutiveFailures} in a row{(server.IsCrashLooping ? ": a crash loop" : "")}");
        if (server.Resources is { } taken)
            Write("takes", $"{row.Cpu} of a processor, {row.Memory} of memory, {taken.Processes} processes, {taken.OpenFiles} open files");
        foreach (var limit in server.Resources?.Reached ?? [])
            Write("at its limit", SafeText.Line(limit));
        foreach (var limit in server.Resources?.NotEnforced ?? [])
            Write("not kept", SafeText.Line(limit));
        foreach (var limit in server.Resources?.Watched ?? [])
            Write("watched", SafeText.Line(limit));
        Write("next start", server.NextRetryAt?.ToString("u"));
        Write("update", UpdateOf(server));
        Write("isolation", SafeText.Line(server.IsolationReason));
        Write("last error", SafeText.Line(server.LastError));
        if (server.LastExit is not { } exit)
            return;
        Write("last exit", $"{exit} at {exit.At:u}");
        foreach (var line in exit.StderrTail)
            Context.Out.WriteLine($"              {SafeText.Line(line)}");
    }

    /// <summary>An update that went well long ago is no news: the history has it.</summary>
    private static string? UpdateOf(ServerStatus server) => server.Update switch
    {
        { State: ServerUpdateState.UnderWay } update => $"under way since {update.StartedAt:u}{(update.Pid is { } pid ? $", pid {pid}" : "")}",
        { State: ServerUpdateState.Failed } update => $"failed at {update.EndedAt:u}: {SafeText.Line(update.Error)}",
        _ => null,
    };

    private static string Instance(InstanceStatus instance) => instance.State == ServerState.Running
        ? $"Running, pid {instance.Pid}, {instance.Health}{(instance.HealthReason is { } reason ? $": {SafeText.Line(reason)}" : "")}{(instance.Restarts > 0 ? $", started again {instance.Restarts} times" : "")}"
        : $"{instance.State}{(instance.NextRetryAt is { } next ? $", next start {next:u}" : "")}{(instance.LastError is { } error ? $": {SafeText.Line(error)}" : "")}";

    private static string Health(ServerStatus server) =>
        server.HealthReason is { } reason ? $"{server.Health}: {SafeText.Line(reason)}" : server.Health.ToString();

    private void Write(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Context.Out.WriteLine($"{name,-12}  {value}");
    }
}
