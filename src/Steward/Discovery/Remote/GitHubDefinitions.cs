using System.Text.Json;
using Steward.Configuration;

namespace Steward.Discovery.Remote;

/// <summary>Makes servers of the definitions in a repository: <c>{name, description, transport, command, args, env, endpoint, headers}</c>, or a <c>server.json</c> of the registry.</summary>
internal sealed class GitHubDefinitions(string source, DiscoveryContext context)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<DiscoveredServer> _servers = [];
    private readonly List<string> _problems = [];
    private readonly RegistryEntries _entries = new(source, context);

    public void Add(string fileName, string location, JsonElement definition)
    {
        if (definition.Member("packages", "remotes") is not null)
        {
            if (RegistryEntry.Read(definition) is { IsOffered: true } entry)
                _entries.Add(entry, location);
            return;
        }

        var stem = Path.GetFileNameWithoutExtension(fileName);
        var id = DiscoveredId.Free(DiscoveredId.From(stem), _ids);
        var (config, missing) = Read(definition, id);
        if ((config is null ? "it is no object with 'command' or 'endpoint', or its 'transport' is none of stdio, http, sse and websocket" : DiscoveredConfig.ProblemOf(config)) is { } refused)
        {
            _ids.Remove(id);
            _problems.Add($"{location} is left out: {refused}.");
            return;
        }

        _servers.Add(new()
        {
            Id = id,
            Name = definition.Text("name") ?? DiscoveredText.Title(stem),
            Description = DiscoveredText.Description(definition.Text("description")),
            Version = definition.Text("version"),
            Config = config!,
            Source = source,
            Location = location,
            Problems = missing,
        });
    }

    public DiscoveryResult ToResult(IEnumerable<string> problems)
    {
        var entries = _entries.ToResult([.. problems, .. _problems]);
        return entries with
        {
            Servers = [.. _servers, .. entries.Servers.Select(server => DiscoveredId.Free(server.Id, _ids) is var id ? server with { Id = id, Config = server.Config with { Id = id } } : server)],
        };
    }

    private (ServerConfig? Config, IReadOnlyList<string> Missing) Read(JsonElement definition, string id)
    {
        var (command, endpoint) = (definition.Text("command"), definition.Text("endpoint", "url"));
        ServerTransport? transport = definition.Text("transport", "type")?.ToLowerInvariant() switch
        {
            null => command is not null ? ServerTransport.Stdio : ServerTransport.Auto,
            "stdio" => ServerTransport.Stdio,
            "http" or "streamable-http" => ServerTransport.Http,
            "sse" => ServerTransport.Sse,
            "websocket" or "ws" => ServerTransport.WebSocket,
            _ => null,
        };
        if (transport is null || (transport == ServerTransport.Stdio ? command : endpoint) is not { } target)
            return (null, []);
        var config = new ServerConfig { Id = id, Transport = transport.Value, BaseDirectory = context.Home };
        if (transport != ServerTransport.Stdio)
            return (config with { Url = DiscoveredText.Literal(target), Headers = Texts(definition, "headers", StringComparer.OrdinalIgnoreCase) }, []);

        // A name that is there twice counts as the last says.
        var variables = definition.Members("env").Where(variable => variable.Value.ValueKind == JsonValueKind.String)
            .GroupBy(variable => variable.Name, StringComparer.Ordinal).Select(same => same.Last()).ToList();
        var missing = variables.Where(variable => IsAsked(variable) && string.IsNullOrEmpty(context.Variables(variable.Name)))
            .Select(variable => $"{variable.Name} is not set. Set this variable of the environment before the server is started.");
        return (config with
        {
            Command = DiscoveredText.Literal(target),
            Args = [.. definition.Texts("args").Select(DiscoveredText.Literal)],
            Env = variables.ToDictionary(variable => variable.Name, variable => IsAsked(variable) ? DiscoveredText.Variable(variable.Name) : DiscoveredText.Literal(variable.Value.GetString()!), StringComparer.Ordinal),
        }, [.. missing]);
    }

    /// <summary>Whether a variable stands in a definition only to say that it is needed: empty, or a reference to itself.</summary>
    private static bool IsAsked(JsonProperty variable) =>
        variable.Name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_')
        && variable.Value.GetString() is { } value && (value.Length == 0 || value == $"${{{variable.Name}}}" || value == $"${{env:{variable.Name}}}" || value == $"${variable.Name}");

    private static Dictionary<string, string> Texts(JsonElement definition, string key, StringComparer comparer)
    {
        var texts = new Dictionary<string, string>(comparer);
        foreach (var member in definition.Members(key).Where(member => member.Value.ValueKind == JsonValueKind.String))
            texts[member.Name] = DiscoveredText.Literal(member.Value.GetString()!);
        return texts;
    }
}
