using Steward.Cli.Discover;
using Steward.Cli.Output;
using Steward.Configuration.Parsing;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Import;

namespace Steward.Cli.Import;

/// <summary>Finds what an import is about: the servers of files, of clients or of any source, all of them or those that are named.</summary>
internal sealed class ImportSearch(CliContext context, DiscoveryDesk desk)
{
    private const string Clients = "clients";

    private readonly DiscoveryContext _machine = context.CreateDiscoveryContext();

    /// <exception cref="CliException">A file, client, source or name does not exist, or stands for several.</exception>
    public async Task<DiscoveryResult> FindAsync(ImportRequest request, CancellationToken cancellationToken)
    {
        if (request.Files.Count > 0 && request.Clients.Count + request.Sources.Count > 0)
            throw new CliException(ExitCodes.Usage, "Name a file, or clients and sources, but not both.");
        var results = request.Files.Select(ReadFile).ToList();
        if (request.Clients.Count > 0)
            results.Add(ClientConfigSource.Discover([.. request.Clients.Select(FindClient)], _machine, desk.Gateways, cancellationToken));
        foreach (var source in SourcesOf(request))
            results.Add(await AskAsync(source, request.Names, cancellationToken));

        var all = Join(results);
        return request.Names.Count == 0
            ? all
            : all with { Servers = [.. request.Names.Select(name => NamedServers.Find(name, all.Servers) ?? throw Unknown(name, all, request))] };
    }

    public static ClientApplication FindClient(string name)
    {
        if (ClientApplications.Find(name) is { } client)
            return client;
        var names = ClientApplications.All.Select(known => known.Name).ToList();
        throw new CliException(ExitCodes.Usage, NearestName.Among(name, names) is { } nearest
            ? $"Steward knows no client '{SafeText.Line(name)}'. Did you mean '{nearest}'?"
            : $"Steward knows no client '{SafeText.Line(name)}'. It knows: {string.Join(", ", names)}.");
    }

    /// <summary>
    /// What is asked when nothing is said: the clients, whose servers somebody has chosen already; for a name everything on this
    /// machine. What others publish is taken only from a source that is named, so that a mistyped name brings no stranger's program.
    /// </summary>
    private IReadOnlyList<string> SourcesOf(ImportRequest request)
    {
        if (request.Sources.Count > 0)
            return request.Sources;
        if (request.Files.Count + request.Clients.Count > 0)
            return [];
        return request.Names.Count == 0 ? [Clients] : [.. desk.Discovery.Sources.Where(source => !desk.Discovery.IsRemote(source))];
    }

    private DiscoveryResult ReadFile(string file)
    {
        var path = file.StartsWith("~/", StringComparison.Ordinal) ? _machine.HomePath(file[2..]) : Path.GetFullPath(file, context.WorkingDirectory);
        return File.Exists(path)
            ? GivenFile.Read(path, _machine, desk.Gateways)
            : throw new CliException(ExitCodes.Usage, $"There is no file {SafeText.Line(path)}.");
    }

    private async Task<DiscoveryResult> AskAsync(string source, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (!desk.Discovery.Searches(source))
            return ResultOf(await desk.DiscoverAsync(new() { Sources = [source] }, cancellationToken));
        if (names.Count == 0)
            throw new CliException(ExitCodes.Usage, $"Name the servers that you want: steward import NAME --source {SafeText.Line(source)}. 'steward discover WORD' lists what there is.");
        var found = new List<DiscoveryResult>();
        foreach (var name in names)
            found.Add(await SearchAsync(source, name, cancellationToken));
        var all = Join(found);
        return all with { Servers = [.. all.Servers.DistinctBy(server => (server.Id, server.Location))] };
    }

    /// <summary>An id is made of a name, and need not be part of it: where it finds nothing, its longest word is looked for.</summary>
    private async Task<DiscoveryResult> SearchAsync(string source, string name, CancellationToken cancellationToken)
    {
        var result = ResultOf(await desk.DiscoverAsync(new() { Sources = [source], Query = name }, cancellationToken));
        var word = name.Split(['-', '_', '/', '.'], StringSplitOptions.RemoveEmptyEntries).MaxBy(part => part.Length);
        return NamedServers.Find(name, result.Servers) is not null || word is null || word == name
            ? result
            : ResultOf(await desk.DiscoverAsync(new() { Sources = [source], Query = word }, cancellationToken));
    }

    private static CliException Unknown(string name, DiscoveryResult found, ImportRequest request)
    {
        var unknown = NamedServers.Unknown(name, found.Servers, canBeInRegistry: request.Files.Count + request.Clients.Count + request.Sources.Count == 0);
        return found.Problems.Count == 0 ? unknown : new(unknown.ExitCode, $"{unknown.Message} {SafeText.Line(found.Problems[0])}");
    }

    private static DiscoveryResult ResultOf(DiscoveryReport report) => new([.. report.Servers], [.. report.Sources.SelectMany(source => source.Problems)])
    {
        IsComplete = report.Sources.All(source => source.State != SourceState.Failed),
    };

    private static DiscoveryResult Join(IReadOnlyList<DiscoveryResult> results) =>
        new([.. results.SelectMany(result => result.Servers)], [.. results.SelectMany(result => result.Problems).Distinct(StringComparer.Ordinal)])
        {
            IsComplete = results.All(result => result.IsComplete),
        };
}
