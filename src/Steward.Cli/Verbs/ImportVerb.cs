using System.CommandLine;
using Steward.Cli.Discover;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients.Import;
using Steward.Server.Daemon;

namespace Steward.Cli.Verbs;

/// <summary><c>steward import [NAME|FILE…] [--client NAME] [--source NAME]</c>: adds servers that are configured or installed elsewhere.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string[]> _words = new("NAME|FILE") { Description = "Only the servers of these names, as 'steward discover' lists them; or all of a file", Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<string[]> _clients = new("--client") { Description = "From this client; may be given several times", HelpName = "NAME" };

    private readonly Option<string[]> _sources = new("--source", "-s") { Description = "From this source; may be given several times: clients, path, npm, uv, dotnet, registry, github:ORG/REPOSITORY[/FOLDER]", HelpName = "NAME" };

    private readonly Option<string?> _to = new("--to") { Description = "Write them into this configuration file, and not to the daemon or the registry", HelpName = "FILE" };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Add without asking" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would be added" };

    public ImportVerb(CliContext context)
        : base(context, "import", "Add servers that your clients are configured with, or that 'steward discover' finds")
    {
        Arguments.Add(NoOption(_words));
        foreach (var option in new Option[] { _clients, _sources, _to, _yes, _dryRun, Json })
            Options.Add(option);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward import", "shows the servers of all clients on this machine, asks, and adds them"),
        ("steward import github", "only this one, wherever on this machine 'steward discover' finds it"),
        ("steward import weather --source registry", "a server of the MCP registry"),
        ("steward import --client cursor --dry-run", "what Cursor has, and adds nothing"),
        ("steward import ~/Downloads/mcp.json --yes", "the servers of a file, without asking"),
        ("steward import --to steward.json", "writes them into a configuration file, whose comments stay"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var data = Context.FindData(arguments.GetValue(CommonOptions.Data));
        var desk = DiscoveryDesk.Open(Context, data);
        var request = ImportRequest.Of(arguments.GetValue(_words) ?? [], arguments.GetValue(_clients) ?? [], arguments.GetValue(_sources) ?? []);
        var found = await new ImportSearch(Context, desk).FindAsync(request, cancellationToken);
        var existing = await ListExistingAsync(arguments, desk, cancellationToken);
        var plan = ImportPlan.Create(found, existing, Context.Variables);
        if (!arguments.GetValue(Json))
            Show(plan);
        if (arguments.GetValue(_dryRun) || !plan.New.Any())
            return End(arguments, plan, [], isWanted: false, found);

        if (!arguments.GetValue(_yes) && !IsAgreedTo(plan, arguments, data))
            return End(arguments, plan, [], isWanted: false, found);

        await using var book = await OpenBookAsync(arguments, data, cancellationToken);
        var importer = new Importer(Context, book);
        plan = await importer.ReviseAsync(plan, found, existing, cancellationToken);
        var added = await importer.AddAsync(plan, cancellationToken);
        if (added.Count > 0 && !arguments.GetValue(Json))
            Context.Out.WriteLine($"Added {string.Join(", ", added)} to {book.Name}.{book.NextStep}");
        return End(arguments, plan, added, isWanted: true, found);
    }

    private int End(ParseResult arguments, ImportPlan plan, IReadOnlyList<string> added, bool isWanted, DiscoveryResult found)
    {
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(ImportJson.Write(plan, added.ToHashSet(StringComparer.Ordinal)));
        var isFailure = isWanted ? added.Count < plan.New.Count() : !found.IsComplete && plan.Candidates.Count == 0;
        return isFailure ? ExitCodes.Failure : ExitCodes.Success;
    }

    private async Task<IReadOnlyList<ServerConfig>> ListExistingAsync(ParseResult arguments, DiscoveryDesk desk, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_to) is null)
            return await desk.ListManagedAsync(cancellationToken);
        await using var file = await OpenBookAsync(arguments, Context.FindData(arguments.GetValue(CommonOptions.Data)), cancellationToken);
        return await file.ListAsync(cancellationToken);
    }

    private bool IsAgreedTo(ImportPlan plan, ParseResult arguments, DataDirectory data)
    {
        var place = PathOf(arguments) ?? ServerBooks.NameOf(data);
        return !arguments.GetValue(Json) && Importer.Ask(Context, $"Add {(plan.New.Count() == 1 ? "it" : "them")} to {place}?");
    }

    private string? PathOf(ParseResult arguments) => arguments.GetValue(_to) is { } path ? Path.GetFullPath(path, Context.WorkingDirectory) : null;

    private Task<IServerBook> OpenBookAsync(ParseResult arguments, DataDirectory data, CancellationToken cancellationToken) =>
        PathOf(arguments) is { } path
            ? Task.FromResult<IServerBook>(new FileBook(path, Context.CreateDiscoveryContext()))
            : ServerBooks.OpenAsync(Context, data, cancellationToken);

    private void Show(ImportPlan plan)
    {
        foreach (var problem in plan.Problems)
            Context.Error.WriteLine($"steward: {SafeText.Line(problem)}");
        if (plan.Candidates.Count == 0)
            Context.Out.WriteLine("No servers are found.");
        ImportText.Write(Context.Out, plan);
    }
}
