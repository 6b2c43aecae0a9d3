using System.CommandLine;
using System.Globalization;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Registry;

namespace Steward.Cli.Verbs;

/// <summary><c>steward history [SERVER]</c></summary>
internal sealed class HistoryVerb : DaemonVerb
{
    private const int StandardLimit = 50;
    private const int LongestDetail = 160;

    private readonly Argument<string?> _server = new("SERVER") { Description = "Only this server, which may have been removed since", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _connections = new("--connections") { Description = "The connections with their durations, instead of the events" };
    private readonly Option<int> _limit = new("--limit", "-n") { Description = "How many of the newest rows", HelpName = "N", DefaultValueFactory = _ => StandardLimit };
    private readonly Option<long?> _before = new("--before") { Description = "Only rows with a lower number, for the page after this one", HelpName = "ID" };
    private readonly Option<bool> _clear = new("--clear") { Description = "Forget the history, of the server or of all" };

    public HistoryVerb(CliContext context)
        : base(context, "history", "Show what happened to the servers, newest first")
    {
        Arguments.Add(NoOption(_server));
        foreach (var option in (Option[])[_connections, _limit, _before, _clear])
            Options.Add(option);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward history", "the newest 50 events of all servers"),
        ("steward history files --connections", "how long each connection lasted, and how it ended"),
        ("steward history --json -n 1000 | jq '.[] | select(.kind == \"Crashed\")'", "every crash among the newest 1000 events"),
        ("steward history files --clear", "forgets what happened to one server"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var server = arguments.GetValue(_server);
        if (arguments.GetValue(_clear))
            return await ClearAsync(daemon, server, arguments.GetValue(Json), cancellationToken);

        var connections = arguments.GetValue(_connections);
        var limit = arguments.GetValue(_limit).ToString(CultureInfo.InvariantCulture);
        var before = arguments.GetValue(_before)?.ToString(CultureInfo.InvariantCulture);
        var raw = await daemon.ReadHistoryAsync(connections ? "connections" : "events", [("server", server), ("limit", limit), ("before", before)], cancellationToken);
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(raw);
        else if (connections)
            TextTable.Write(Context.Out, ["id", "connected", "server", "lasted", "ended", "error"], DaemonClient.ParseConnections(raw).Select(Cells));
        else
            TextTable.Write(Context.Out, ["id", "when", "server", "what", "detail"], DaemonClient.ParseEvents(raw).Select(Cells));
        return ExitCodes.Success;
    }

    private async Task<int> ClearAsync(DaemonClient daemon, string? server, bool json, CancellationToken cancellationToken)
    {
        var raw = await daemon.ClearHistoryAsync(server, cancellationToken);
        Context.Out.WriteLine(json ? raw : $"{DaemonClient.ParseCleared(raw)} rows of history are forgotten");
        return ExitCodes.Success;
    }

    private static IReadOnlyList<string> Cells(LifecycleEvent row) =>
        [Text(row.Id), Text(row.At), SafeText.Line(row.Server), row.Kind.ToString(), SafeText.Line(row.Detail, LongestDetail)];

    private static IReadOnlyList<string> Cells(ConnectionRecord row) =>
    [
        Text(row.Id), Text(row.Connected), SafeText.Line(row.Server), row.Duration is { } duration ? Elapsed.Format(duration) : "still open",
        row.Outcome == ConnectionOutcome.Open ? "" : row.Outcome.ToString(), SafeText.Line(row.Error, LongestDetail),
    ];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
