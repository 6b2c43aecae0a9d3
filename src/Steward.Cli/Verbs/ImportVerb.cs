using System.CommandLine;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Configuration.Parsing;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Import;
using Steward.Server.Daemon;

namespace Steward.Cli.Verbs;

/// <summary><c>steward import [FILE|--client NAME|--all]</c>: adds the servers that other programs are configured with.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string?> _file = new("FILE") { Description = "Only the servers of this file", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string[]> _clients = new("--client") { Description = "Only the servers of this client; may be given several times", HelpName = "NAME" };

    private readonly Option<bool> _all = new("--all") { Description = "The servers of all clients. That is so when nothing else is said" };

    private readonly Option<string[]> _servers = new("--server") { Description = "Only this one of the servers; may be given several times", HelpName = "ID" };

    private readonly Option<string?> _to = new("--to") { Description = "Write them into this configuration file, and not to the daemon or the registry", HelpName = "FILE" };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Add without asking" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would be added" };

    public ImportVerb(CliContext context)
        : base(context, "import", "Add the servers that other programs are configured with")
    {
        Arguments.Add(NoOption(_file));
        foreach (var option in new Option[] { _clients, _all, _servers, _to, _yes, _dryRun, Json })
            Options.Add(option);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward import", "shows the servers of all clients on this machine, asks, and adds them"),
        ("steward import --client cursor --dry-run", "what Cursor has, and adds nothing"),
        ("steward import ~/Downloads/mcp.json --yes", "the servers of a file, without asking"),
        ("steward import --all --to steward.json", "writes them into a configuration file, whose comments stay"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var machine = Context.CreateDiscoveryContext();
        var data = Context.FindData(arguments.GetValue(CommonOptions.Data));
        var found = Choose(Find(arguments, machine, data), arguments.GetValue(_servers) ?? []);
        await using var book = await OpenBookAsync(arguments, machine, data, cancellationToken);
        var plan = ImportPlan.Create(found, await book.ListAsync(cancellationToken), Context.Variables);
        var isJson = arguments.GetValue(Json);
        if (!isJson)
            Show(plan);

        var isWanted = !arguments.GetValue(_dryRun) && plan.New.Any()
            && (arguments.GetValue(_yes) || (!isJson && Importer.Ask(Context, $"Add {(plan.New.Count() == 1 ? "it" : "them")} to {book.Name}?")));
        var added = isWanted ? await new Importer(Context, book).AddAsync(plan, cancellationToken) : [];
        if (isJson)
            Context.Out.WriteLine(ImportJson.Write(plan, added.ToHashSet(StringComparer.Ordinal)));
        else if (added.Count > 0)
            Context.Out.WriteLine($"Added {string.Join(", ", added)} to {book.Name}.");
        return isWanted && added.Count < plan.New.Count() ? ExitCodes.Failure : ExitCodes.Success;
    }

    private Task<IServerBook> OpenBookAsync(ParseResult arguments, DiscoveryContext machine, DataDirectory data, CancellationToken cancellationToken) =>
        arguments.GetValue(_to) is { } path
            ? Task.FromResult<IServerBook>(new FileBook(Path.GetFullPath(path, Context.WorkingDirectory), machine))
            : ServerBooks.OpenAsync(Context, data, cancellationToken);

    private DiscoveryResult Find(ParseResult arguments, DiscoveryContext machine, DataDirectory data)
    {
        var addresses = ServerBooks.GatewayAddresses(data);
        var clients = arguments.GetValue(_clients) ?? [];
        if (arguments.GetValue(_file) is not { } file)
            return ClientConfigSource.Discover(clients.Length == 0 ? ClientApplications.All : [.. clients.Select(FindClient)], machine, addresses, CancellationToken.None);
        if (clients.Length > 0 || arguments.GetValue(_all))
            throw new CliException(ExitCodes.Usage, "Name a file, or clients, but not both.");
        var path = Path.GetFullPath(file, Context.WorkingDirectory);
        return File.Exists(path)
            ? GivenFile.Read(path, machine, addresses)
            : throw new CliException(ExitCodes.Usage, $"There is no file {SafeText.Line(path)}.");
    }

    internal static ClientApplication FindClient(string name)
    {
        if (ClientApplications.Find(name) is { } client)
            return client;
        var names = ClientApplications.All.Select(known => known.Name).ToList();
        throw new CliException(ExitCodes.Usage, NearestName.Among(name, names) is { } nearest
            ? $"Steward knows no client '{SafeText.Line(name)}'. Did you mean '{nearest}'?"
            : $"Steward knows no client '{SafeText.Line(name)}'. It knows: {string.Join(", ", names)}.");
    }

    private static DiscoveryResult Choose(DiscoveryResult found, string[] ids)
    {
        if (ids.Length == 0)
            return found;
        var unknown = ids.FirstOrDefault(id => found.Servers.All(server => server.Id != id));
        return unknown is null
            ? found with { Servers = [.. found.Servers.Where(server => ids.Contains(server.Id))] }
            : throw new CliException(ExitCodes.Unknown, $"No server '{SafeText.Line(unknown)}' is found.{(NearestName.Among(unknown, found.Servers.Select(server => server.Id)) is { } nearest ? $" Did you mean '{nearest}'?" : "")}");
    }

    private void Show(ImportPlan plan)
    {
        foreach (var problem in plan.Problems)
            Context.Error.WriteLine($"steward: {SafeText.Line(problem)}");
        if (plan.Candidates.Count == 0)
            Context.Out.WriteLine("No servers are found.");
        ImportText.Write(Context.Out, plan);
    }
}
