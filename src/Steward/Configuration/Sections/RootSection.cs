using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads the whole file.</summary>
internal static class RootSection
{
    private static readonly StewardConfig Standard = new() { Servers = [] };

    private static readonly TextKey Schema = new("$schema", new(TextRules.Any), standard: null,
        "The JSON schema, for editors. Steward does not read it.");

    private static readonly SectionMapKey Servers = new("mcpServers", TextRules.ServerId, ServerSection.Keys,
        "The servers, each under its id. Must be given.")
    {
        Synonyms = ["servers", "mcp", "mcp_servers"],
    };

    private static readonly ServerDefaultsKey Defaults = new("defaults",
        "What holds for every server that does not say otherwise, key by key.");

    private static readonly SectionMapKey Groups = new("groups", TextRules.GroupName, GroupSection.Keys,
        "Chosen parts of the servers and their tools, each under its name, served at `/groups/NAME/mcp`.");

    private static readonly SectionKey<GatewayConfig> Gateway = new("gateway", GatewaySection.Keys, GatewaySection.Read,
        "The endpoint that clients connect to.")
    {
        Members = GatewaySection.Visit,
    };

    private static readonly SectionKey<SseProxyConfig> SseProxy = new("sseProxy", SseProxySection.Keys, SseProxySection.Read,
        "A second address, for clients of HTTP+SSE, as mcp_runner has it. Absent: none.")
    {
        Members = SseProxySection.Visit,
    };

    private static readonly SectionKey<DiscoveryConfig> Discovery = new("discovery", DiscoverySection.Keys, DiscoverySection.Read,
        "How Steward looks for servers that could be added.")
    {
        Members = DiscoverySection.Visit,
    };

    private static readonly SectionKey<HistoryConfig> History = new("history", HistorySection.Keys, HistorySection.Read,
        "How much is kept of what happened to servers.")
    {
        Members = HistorySection.Visit,
        AppliesLive = true,
    };

    private static readonly SectionKey<AlertsConfig> Alerts = new("alerts", AlertsSection.Keys, AlertsSection.Read,
        "Who is told when a server is in trouble, and when it is well again. Absent: nobody.")
    {
        Members = AlertsSection.Visit,
        AppliesLive = true,
    };

    private static readonly NumberKey<int> StartConcurrency = Number.Count("startConcurrency", Standard.StartConcurrency, 1, 1024,
        "How many servers are started at one time.");

    public static KeySet Keys { get; } = new("the configuration", [Schema, Servers, Defaults, Groups, Gateway, SseProxy, Discovery, History, Alerts, StartConcurrency]);

    /// <summary>What the servers of a file inherit, where only those are read. What is wrong in it is a problem of the reading.</summary>
    public static ServerConfig ReadDefaults(ConfigValue root)
    {
        var standard = new ServerConfig { Id = "", BaseDirectory = root.Reading.BaseDirectory };
        return root.Node.Properties.LastOrDefault(property => property.Name == Defaults.Name) is { } given
            ? Defaults.Read(new(root.Reading, given.Value, given.Name, root.NeedsReferences), standard)
            : standard;
    }

    public static StewardConfig? Read(ConfigValue root)
    {
        if (ConfigSection.Open(root, Keys) is not { } section)
            return null;

        DuplicateKeys.Report(root);
        section.Read(Schema, null);
        var directory = root.Reading.BaseDirectory;
        var defaults = section.Read(Defaults, new ServerConfig { Id = "", BaseDirectory = directory });
        var servers = ReadServers(section, defaults);
        var gateway = section.Read(Gateway, new() { BaseDirectory = directory });
        var sseProxy = section.Find(SseProxy) is null ? null : section.Read(SseProxy, new() { BaseDirectory = directory });
        var ids = section.Find(Servers)?.Node.Properties.Select(property => property.Name).Distinct().ToList() ?? [];
        foreach (var value in new[] { section.Find(Gateway), section.Find(SseProxy) })
        {
            if (value is { } given)
                GatewaySection.CheckServers(given, ids);
        }

        var alerts = section.Find(Alerts) is null ? null : section.Read(Alerts, new() { BaseDirectory = directory });
        if (alerts is { Webhook: null, Command.Count: 0 })
            section.Warning(Alerts, "has neither webhook nor command: nobody hears of an alert", "Write one of the two, or remove the key.");

        return new StewardConfig
        {
            Servers = servers,
            Groups = ReadGroups(section),
            Gateway = gateway,
            SseProxy = sseProxy,
            Discovery = section.Read(Discovery, Standard.Discovery),
            History = section.Read(History, Standard.History),
            Alerts = alerts,
            StartConcurrency = section.Read(StartConcurrency, Standard.StartConcurrency),
        };
    }

    /// <summary>Leads a visitor over everything but the servers, what they inherit, and the groups.</summary>
    public static void Visit(IKeyVisitor visitor, StewardConfig config, StewardConfig other)
    {
        visitor.Visit(Gateway, config.Gateway, other.Gateway);
        visitor.Visit(SseProxy!, config.SseProxy, other.SseProxy);
        visitor.Visit(Discovery, config.Discovery, other.Discovery);
        visitor.Visit(History, config.History, other.History);
        visitor.Visit(Alerts!, config.Alerts, other.Alerts);
        visitor.Visit(StartConcurrency, config.StartConcurrency, other.StartConcurrency);
    }

    /// <summary>Whether a change of the key of this path has its effect at once.</summary>
    public static bool AppliesLive(string path) => Keys.Keys.First(key => key.Name == path.Split('.')[0]).AppliesLive;

    private static List<GroupConfig> ReadGroups(ConfigSection section) => section.Find(Groups) is not { } value ? []
        : [.. Groups.Entries(value).Select(entry => GroupSection.Read(entry.Value, entry.Property.Name)).OfType<GroupConfig>()];

    private static List<ServerConfig> ReadServers(ConfigSection section, ServerConfig defaults)
    {
        var servers = new List<ServerConfig>();
        if (section.Find(Servers) is not { } value)
        {
            section.Problem(Servers, "mcpServers is missing", "Write \"mcpServers\": { \"id\": { \"command\": \"…\" } }.");
            return servers;
        }

        foreach (var (property, entry) in Servers.Entries(value))
        {
            if (ServerSection.Read(entry, property.Name, defaults) is { } server)
                servers.Add(server);
        }

        return servers;
    }
}
