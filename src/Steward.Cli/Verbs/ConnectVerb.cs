using System.CommandLine;
using Steward.Cli.Connect;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;

namespace Steward.Cli.Verbs;

/// <summary><c>steward connect CLIENT</c>: puts Steward into the list of servers of a client, and takes it out again.</summary>
internal sealed class ConnectVerb : Verb
{
    private readonly Argument<string> _client = new("CLIENT") { Description = $"One of: {string.Join(", ", ClientApplications.All.Select(client => client.Name))}" };

    private readonly Option<string> _scope = new("--scope") { Description = "user: for all projects; project: for the folder in which you are", HelpName = "user|project", DefaultValueFactory = _ => "user" };

    private readonly Option<bool> _stdio = new("--stdio") { Description = "As a program that the client starts. That is so when nothing else is said" };

    private readonly Option<bool> _http = new("--http") { Description = "As the address of the running daemon" };

    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the client's other servers, also those that Steward serves" };

    private readonly Option<bool> _undo = new("--undo") { Description = "Make the file what it was before" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would be done" };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Import the client's other servers without asking" };

    public ConnectVerb(CliContext context)
        : base(context, "connect", "Put Steward into the list of servers of a client")
    {
        Arguments.Add(NoOption(_client));
        _scope.AcceptOnlyFromAmong("user", "project");
        foreach (var option in new Option[] { _scope, _stdio, _http, _keep, _undo, _dryRun, _yes })
            Options.Add(option);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward connect cursor", "Cursor starts 'steward stdio', and what Steward serves is taken out of its list"),
        ("steward connect vscode --scope project --http", "writes the address of the daemon into .vscode/mcp.json"),
        ("steward connect claude-desktop --dry-run", "shows what the file would hold"),
        ("steward connect cursor --undo", "makes Cursor's file what it was, byte for byte"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var client = ImportSearch.FindClient(arguments.GetValue(_client)!);
        var machine = Context.CreateDiscoveryContext();
        var data = Context.FindData(arguments.GetValue(CommonOptions.Data));
        var file = client.FileFor(arguments.GetValue(_scope) == "project" ? ClientScope.Project : ClientScope.User, machine)
            ?? throw new CliException(ExitCodes.Usage, $"{client.Title} has no file for a project. Leave out --scope.");
        if (arguments.GetValue(_stdio) && arguments.GetValue(_http))
            throw new CliException(ExitCodes.Usage, "Choose --stdio or --http.");
        try
        {
            var connection = new ClientConnection(Context, machine, data, client, file) { IsDryRun = arguments.GetValue(_dryRun) };
            if (arguments.GetValue(_undo))
                connection.Undo();
            else
                await connection.ConnectAsync(arguments.GetValue(_http), arguments.GetValue(_keep), arguments.GetValue(_yes), arguments.GetValue(CommonOptions.Data), cancellationToken);
            return ExitCodes.Success;
        }
        catch (ConfigException broken)
        {
            throw new CliException(ExitCodes.Failure, ProblemText.Of(broken), broken);
        }
        catch (ClientFileException refused)
        {
            throw new CliException(ExitCodes.Failure, SafeText.Line(refused.Message), refused);
        }
    }
}
