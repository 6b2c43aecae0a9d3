using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Configuration.Parsing;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;
using Steward.Discovery.Clients.Import;
using Steward.Server.Daemon;

namespace Steward.Cli.Connect;

/// <summary>Steward in the list of servers of one client: puts it in or takes it out, and says so.</summary>
internal sealed class ClientConnection(CliContext context, DiscoveryContext machine, DataDirectory data, ClientApplication client, ClientFile file)
{
    private readonly ConnectedClients _records = new(Path.Combine(data.Path, "clients"));
    private readonly StewardEntry _steward = new(ServerBooks.GatewayAddresses(data));

    private HashSet<string> _disabled = [];

    /// <summary>Whether only to show what would be done.</summary>
    public bool IsDryRun { get; init; }

    public void Undo()
    {
        var disconnector = new ClientDisconnector(machine, _records);
        var plan = disconnector.Plan(file);
        var copy = IsDryRun ? null : disconnector.Apply(plan);
        Say(plan.Kind switch
        {
            UndoKind.Nothing => $"There is nothing to undo in {plan.Path}.",
            UndoKind.Restore => $"{plan.Path} {Is} what it was before Steward was put in, byte for byte.",
            UndoKind.Delete => $"{plan.Path} {Is} gone; there was none before Steward was put in.",
            _ => $"{plan.Path} has changed since Steward was put in. Only Steward {Is} taken out, and what it had taken out put back; all else stays.",
        });
        if (copy is not null)
            Say($"The file as it was before: {copy}");
    }

    /// <summary>Puts Steward in.</summary>
    /// <param name="asAddress">Whether as the address of the daemon, else as a program.</param>
    /// <param name="keep">Whether servers that Steward serves stay in the client's list.</param>
    /// <param name="importAll">Whether its other servers are imported without asking.</param>
    /// <param name="dataOption">The data directory as the user gave it; null where he did not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ConnectAsync(bool asAddress, bool keep, bool importAll, string? dataOption, CancellationToken cancellationToken)
    {
        var line = asAddress
            ? await new GatewayLine(context, data, client, file).CreateAsync(cancellationToken)
            : StewardLine.Program(file.Dialect, context.Program[0], [.. context.Program.Skip(1), .. DataArguments(dataOption), "stdio"]);
        var plan = await PlanAsync(line, keep, cancellationToken);
        if (!IsDryRun && plan.Others.Count > 0 && await ImportAsync(plan.Others, importAll, cancellationToken))
            plan = await PlanAsync(line, keep, cancellationToken);

        if (!IsDryRun)
            data.Create();
        var copy = IsDryRun ? null : new ClientConnector(machine, _records, _steward).Apply(plan, file);
        Report(plan, copy);
    }

    private async Task<ConnectPlan> PlanAsync(ConfigNode line, bool keep, CancellationToken cancellationToken)
    {
        var servers = await ServerBooks.ListAsync(context, data, cancellationToken);
        var served = servers.Where(server => !server.Disabled).Select(ServerFingerprint.Of).ToHashSet(StringComparer.Ordinal);
        _disabled = [.. servers.Where(server => server.Disabled).Select(ServerFingerprint.Of)];
        return new ClientConnector(machine, _records, _steward).Plan(client, file, line, server => served.Contains(ServerFingerprint.Of(server)), keep);
    }

    /// <summary>Offers to add the servers of the client that Steward does not have.</summary>
    private async Task<bool> ImportAsync(IReadOnlyList<DiscoveredServer> others, bool importAll, CancellationToken cancellationToken)
    {
        if (!importAll && !context.IsTerminal)
            return false; // nobody is there to be asked
        var (found, existing) = (new DiscoveryResult(others, []), await ServerBooks.ListAsync(context, data, cancellationToken));
        var plan = ImportPlan.Create(found, existing, context.Variables);
        if (!plan.New.Any())
            return false;
        if (!importAll)
        {
            ImportText.Write(context.Out, plan);
            if (!Importer.Ask(context, $"They are in {client.Title}'s list, and Steward does not serve them yet. Add them to {ServerBooks.NameOf(data)}?"))
                return false;
        }

        await using var book = await ServerBooks.OpenAsync(context, data, cancellationToken);
        var importer = new Importer(context, book);
        var added = await importer.AddAsync(await importer.ReviseAsync(plan, found, existing, cancellationToken), cancellationToken);
        if (added.Count > 0)
            Say($"Added {string.Join(", ", added)} to {book.Name}.");
        return added.Count > 0;
    }

    private void Report(ConnectPlan plan, string? copy)
    {
        if (!plan.ChangesFile)
        {
            Say($"{client.Title} has Steward in its list already, as \"{plan.Name}\": {plan.Path}. Nothing is changed.");
        }
        else
        {
            Say($"Steward {Is} in {client.Title}'s list of servers: {plan.Path}");
            if (copy is not null)
                Say($"  The file as it was before: {copy}");
        }

        if (plan.Removed.Count > 0)
            Say($"  Taken out, because Steward serves them: {Names(plan.Removed)}. With --keep they stay.");
        if (plan.Served.Count > 0)
            Say($"  Served by Steward as well, and still in the list: {Names(plan.Served)}");
        ReportOthers(plan.Others);
        if (IsDryRun && plan.ChangesFile)
            ShowChange(plan);
        if (!IsDryRun && plan.ChangesFile)
            Say($"Restart {client.Title}, or have it read its servers again. 'steward connect {client.Name}{(file.Scope == ClientScope.Project ? " --scope project" : "")} --undo' makes the file what it was.");
    }

    private void ReportOthers(IReadOnlyList<DiscoveredServer> others)
    {
        var isDisabled = others.ToLookup(other => _disabled.Contains(ServerFingerprint.Of(other.Config)), other => other.Name);
        if (isDisabled[true].Any())
            Say($"  Still in the list, because they are disabled in Steward: {Names(isDisabled[true])}");
        if (isDisabled[false].Any())
            Say($"  Still in the list, because Steward does not serve them: {Names(isDisabled[false])}. 'steward import --client {client.Name}' adds them to Steward.");
    }

    /// <summary>Only the entry: the rest of the file may hold secrets, and stays.</summary>
    private void ShowChange(ConnectPlan plan)
    {
        Say("  It would hold:");
        var lines = ConfigEditor.For(file.Dialect, plan.Path).Find(plan.After, plan.Name)!.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var indent = lines[^1].Length - lines[^1].TrimStart().Length; // of the closing brace, as deep as it stands in the file
        foreach (var text in lines)
            Say($"    {text[Math.Min(indent, text.Length - text.TrimStart().Length)..]}");
    }

    private IEnumerable<string> DataArguments(string? dataOption) =>
        dataOption is not null || context.Variables("STEWARD_DATA") is { Length: > 0 } ? ["--data", data.Path] : [];

    private string Is => IsDryRun ? "would be" : "is";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => SafeText.Line(name)));

    private void Say(string text) => context.Out.WriteLine(text);
}
