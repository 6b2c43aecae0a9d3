using System.Text.Json;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Configuration.Sections;

namespace Steward.Discovery.Clients;

/// <summary>Reads the servers of one client from one of its files.</summary>
/// <param name="client">The client, which becomes the source of the servers.</param>
/// <param name="file">Which of its files.</param>
/// <param name="context">The machine.</param>
internal sealed class ClientConfigReader(ClientApplication client, ClientFile file, DiscoveryContext context)
{
    private readonly List<DiscoveredServer> _servers = [];
    private readonly List<ConfigProblem> _problems = [];
    private ServerConfig _inherited = new() { Id = "" };

    /// <summary>Reads a file from the disk; nothing where there is none.</summary>
    public static ClientReading Read(ClientApplication client, ClientFile file, DiscoveryContext context)
    {
        var path = file.Locate(context);
        if (file.ProjectOf(path) is { } project)
            context = context with { WorkingDirectory = project };
        try
        {
            return Parse(BoundedFile.ReadBytes(path, ClientDocument.MaxFileBytes), path, client, file, context);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(path))
        {
            return new([], []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            var why = error is UnauthorizedAccessException ? "may not be read" : $"cannot be read, or is larger than {ClientDocument.MaxFileBytes / 1024 / 1024} MiB";
            return new([], [new(path, 1, 1, KeyPath.Root, $"the file {why}", "Change its permissions, or move it away.")]);
        }
    }

    public static ClientReading Parse(ReadOnlySpan<byte> utf8, string path, ClientApplication client, ClientFile file, DiscoveryContext context)
    {
        var reader = new ClientConfigReader(client, file, context);
        var document = ClientDocument.Parse(utf8, path, file.Dialect.Format);
        reader._problems.AddRange(document.Problems);
        reader.ReadDefaults(document);
        foreach (var section in reader.SectionsOf(document))
            reader.ReadSection(document, section);
        return new(reader._servers, reader._problems);
    }

    /// <summary>What all servers of a file of Steward's own inherit.</summary>
    private void ReadDefaults(ClientDocument document)
    {
        if (!file.Dialect.IsOwn || document.Root is not { Kind: JsonValueKind.Object } root)
            return;
        var reading = new ConfigReading(document.Source, new VariableResolver(context.Variables), "/", RootSection.Keys);
        _inherited = RootSection.ReadDefaults(new ConfigValue(reading, root, KeyPath.Root, NeedsReferences: false));
        _problems.AddRange(reading.Problems);
    }

    private IEnumerable<ClientSection> SectionsOf(ClientDocument document)
    {
        var project = file.Scope == ClientScope.Project ? context.WorkingDirectory : null;
        if (ClientDocument.Find(document.Root, file.Dialect.Section) is { } section)
            yield return new(section.Value, string.Join('.', file.Dialect.Section), project, Names(ClientDocument.Find(document.Root, "mcp", "excluded")));
        if (!file.Dialect.HasProjects || ClientDocument.Find(document.Root, "projects") is not { } projects)
            yield break;
        foreach (var folder in projects.Value.Properties)
        {
            if (ClientDocument.Find(folder.Value, file.Dialect.Section) is { } own)
            {
                var path = KeyPath.Member(KeyPath.Member("projects", folder.Name), own.Name);
                yield return new(own.Value, path, folder.Name, Names(ClientDocument.Find(folder.Value, "disabledMcpServers")));
            }
        }
    }

    private void ReadSection(ClientDocument document, ClientSection section)
    {
        if (section.Value.Kind != JsonValueKind.Object)
        {
            if (section.Value.Kind != JsonValueKind.Null)
                Report(document, section.Value.Offset, section.Path, $"is {Quote.Value(section.Value, secret: true)}, but must be an object", "Write { \"NAME\": { … } }.");
            return;
        }

        var inputs = InputsOf(document);
        foreach (var same in section.Value.Properties.GroupBy(property => property.Name, StringComparer.Ordinal))
        {
            var entry = same.Last();
            if (same.Count() > 1)
                Report(document, entry.Offset, KeyPath.Member(section.Path, entry.Name), $"the server is given twice, first on line {document.Source.PositionOf(same.First().Offset).Line}", "Remove or rename one of the two.");
            ReadEntry(document, section, entry, inputs);
        }
    }

    private void ReadEntry(ClientDocument document, ClientSection section, ConfigProperty entry, IReadOnlyList<ClientInput> inputs)
    {
        if (file.Dialect.HasExtensions && entry.Value.Kind == JsonValueKind.Object && !entry.Value.Properties.Any(member => member.Name is "command" or "url"))
            return; // settings of an extension of the client, which alone knows how to start it

        var references = new ReferenceTranslation(file.Dialect.References, context, section.Project, inputs);
        var translation = new EntryTranslation(file.Dialect, references);
        var node = file.Dialect.IsOwn ? entry.Value : translation.Translate(entry.Value);
        var id = DiscoveredId.From(entry.Name);
        var folder = section.Project ?? context.Home;
        var reading = new ConfigReading(document.Source, new VariableResolver(context.Variables), Path.GetFullPath(folder), RootSection.Keys);
        var value = new ConfigValue(reading, node, KeyPath.Member(section.Path, entry.Name), NeedsReferences: false);
        var config = ServerSection.Read(value, id, _inherited with { BaseDirectory = reading.BaseDirectory });
        _problems.AddRange(reading.Problems);
        if (config is null || reading.Problems.Count > 0)
            return;

        List<string> notes = [.. references.Notes, .. translation.Notes, .. reading.Warnings.Select(warning => $"{warning.Path}: {warning.Message}.")];
        config = Complete(config with { Disabled = config.Disabled || section.Disabled.Contains(entry.Name) }, section, translation.EnvFile, notes);
        _servers.Add(new()
        {
            Id = id,
            Name = entry.Name,
            Description = translation.Description,
            Config = config,
            Source = client.Name,
            Location = document.Source.File,
            Problems = notes,
        });
    }

    /// <summary>Adds what the client takes for granted: the folder of the project, the variables of a file.</summary>
    private ServerConfig Complete(ServerConfig config, ClientSection section, string? envFile, List<string> notes)
    {
        if (config.Transport != ServerTransport.Stdio)
            return config;
        if (envFile is not null)
            config = config with { Env = WithFile(config.Env, envFile, section, notes) };
        // From now on nobody knows of which file a relative path was meant.
        if (config.Cwd is { } cwd)
            return cwd.StartsWith("${", StringComparison.Ordinal) ? config : config with { Cwd = Path.GetFullPath(cwd, section.Project ?? context.Home) };
        if (section.Project is { } project)
            return config with { Cwd = project };
        return config;
    }

    private Dictionary<string, string> WithFile(IReadOnlyDictionary<string, string> given, string envFile, ClientSection section, List<string> notes)
    {
        var all = new Dictionary<string, string>(given, StringComparer.Ordinal);
        try
        {
            var folder = section.Project ?? context.Home;
            var path = Path.GetFullPath(new VariableResolver(context.Variables).Resolve(envFile, folder), folder);
            var variables = EnvFile.Parse(BoundedFile.ReadText(path, 1024 * 1024));
            foreach (var (name, text) in variables)
                all.TryAdd(name, text.Replace("${", "$${", StringComparison.Ordinal));
            notes.Add($"The {variables.Count} variables of {Quote.Name(path)} are taken over as they are now: Steward does not read the file again.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or VariableException)
        {
            notes.Add($"Its variables in {Quote.Text(envFile)} are left out: the file cannot be read.");
        }

        return all;
    }

    private List<ClientInput> InputsOf(ClientDocument document)
    {
        if (!file.Dialect.References.HasFlag(ReferenceSyntax.Input))
            return [];
        IEnumerable<string> keys = [.. file.Dialect.Section.SkipLast(1), "inputs"];
        var inputs = ClientDocument.Find(document.Root, keys)?.Value.Items ?? [];
        return [.. inputs.Select(input => new ClientInput(TextOf(input, "id") ?? "", TextOf(input, "description"), TextOf(input, "default")))];
    }

    private static string? TextOf(ConfigNode node, string key) => ClientDocument.Find(node, key) is { Value: { Kind: JsonValueKind.String, Text: var text } } ? text : null;

    private static string[] Names(ConfigProperty? list) => [.. (list?.Value.Items ?? []).Select(item => item.Text)];

    private void Report(ClientDocument document, int offset, string path, string message, string mend)
    {
        var (line, column) = document.Source.PositionOf(offset);
        _problems.Add(new(document.Source.File, line, column, path, message, mend));
    }
}
