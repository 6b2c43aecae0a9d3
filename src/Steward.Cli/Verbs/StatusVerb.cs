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
        if (Context.IsTerminal)
            StatusTable.ConsoleOn(Context.Out).Write(StatusTable.Create(rows));
        else
            TextTable.Write(Context.Out, StatusRow.Headers, rows.Select(row => row.Cells));
    }

    private void WriteDetails(ServerStatus server)
    {
        var row = StatusRow.From(server, Context.Time.GetUtcNow());
        Write("server", row.Server);
        Write("status", row.Status);
        Write("since", server.Since.ToString("u"));
        Write("health", server.Health.ToString());
        Write("transport", server.Transport.ToString());
        Write("pid", row.Pid);
        Write("revision", row.Revision);
        Write("calls itself", SafeText.Line(server.ServerName));
        if (server.State == ServerState.Running)
            Write("offers", $"{server.ToolCount} tools, {server.PromptCount} prompts, {server.ResourceCount} resources");
        Write("uptime", row.Uptime);
        Write("restarts", row.Restarts);
        Write("next start", server.NextRetryAt?.ToString("u"));
        Write("isolation", SafeText.Line(server.IsolationReason));
        Write("last error", SafeText.Line(server.LastError));
        if (server.LastExit is not { } exit)
            return;
        Write("last exit", $"{exit} at {exit.At:u}");
        foreach (var line in exit.StderrTail)
            Context.Out.WriteLine($"              {SafeText.Line(line)}");
    }

    private void Write(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Context.Out.WriteLine($"{name,-12}  {value}");
    }
}
