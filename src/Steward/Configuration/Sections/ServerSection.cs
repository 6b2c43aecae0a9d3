using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads one entry of <c>mcpServers</c>: how the server is reached, then what it shares with <c>defaults</c>.</summary>
internal static class ServerSection
{
    private static readonly TextKey Name = new("name", new(TextRules.NotEmpty), standard: null,
        "What people call the server, where the id is too short for that.")
    {
        Absent = "the id",
        Synonyms = ["displayName", "title"],
        AppliesLive = true,
    };

    private static readonly TextListKey Tags = new("tags", new(TextRules.Tag), "none",
        "Words by which servers are found and put into groups.")
    {
        Synonyms = ["labels", "categories"],
        AppliesLive = true,
    };

    private static readonly ChoiceKey<ServerTransport> Type = new("type",
        [("stdio", ServerTransport.Stdio), ("http", ServerTransport.Http), ("sse", ServerTransport.Sse), ("ws", ServerTransport.WebSocket)],
        standard: null,
        "How the server is reached: `stdio` starts a child process; a remote server speaks Streamable HTTP (`http`), the older HTTP+SSE (`sse`) or WebSocket (`ws`). "
        + "Absent: `stdio` with `command`; with `url` it is found out: WebSocket by its scheme, else Streamable HTTP, and HTTP+SSE where the server refuses that.")
    {
        AlsoRead =
        [
            ("streamable-http", ServerTransport.Http), ("streamableHttp", ServerTransport.Http), ("streamable_http", ServerTransport.Http),
            ("websocket", ServerTransport.WebSocket),
        ],
        Synonyms = ["transport", "transportType"],
    };

    private static readonly TextKey Command = new("command", new(TextRules.NotEmpty, Late: true), standard: null,
        "The program to start: a path, or a name that is looked up on `PATH`. Only with type `stdio`, where it must be given.");

    private static readonly TextListKey Args = new("args", new(TextRules.Any, Secret: true, Late: true), "none",
        "The program's arguments, one string each, passed as they are; no shell is involved.")
    {
        Synonyms = ["arguments"],
    };

    private static readonly NumberKey<int> Instances = Number.Count("instances", 1, 1, 64,
        "How many processes of the server run side by side; each call goes to the one with the fewest at work. For servers that keep nothing between calls: more than one needs `isolation` `shared`. Only with type `stdio`.");

    private static readonly TextKey Url = new("url", new(TextRules.RemoteUrl, Late: true), standard: null,
        "The endpoint of a remote server. `http://` or `https://`, or `ws://` or `wss://` for a WebSocket. Not with type `stdio`; with every other it must be given. User and password in it are sent as Basic credentials, unless `auth` or `headers.Authorization` is there.")
    {
        Synonyms = ["serverUrl", "httpUrl", "endpoint"],
    };

    private static readonly TextMapKey Headers = new("headers", TextRules.HeaderName, new(TextRules.HeaderValue, Secret: true, Late: true), StringComparer.OrdinalIgnoreCase,
        "Headers sent with every request to a remote server. Keep secrets out of the file: `\"Authorization\": \"Bearer ${env:TOKEN}\"`.");

    private static readonly SectionKey<ServerAuth> Auth = new("auth", ServerAuthSection.Keys, ServerAuthSection.Read,
        "How Steward proves to a remote server who it is. Absent: by `headers`, or, where the server asks for OAuth, by a login.")
    {
        Synonyms = ["authentication", "authorization", "oauth"],
        Members = ServerAuthSection.Visit,
    };

    public static KeySet Keys { get; } = new("a server", [Name, Tags, Type, Command, Args, Instances, Url, Headers, Auth, .. PolicySection.Keys.Keys]);

    public static ServerConfig? Read(ConfigValue value, string id, ServerConfig defaults)
    {
        if (ConfigSection.Open(value, Keys) is not { } section)
            return null;

        var server = PolicySection.Read(section, defaults with { Id = id });
        var transport = section.Read(Type, section.Has(Url) && !section.Has(Command) ? ServerTransport.Auto : ServerTransport.Stdio);
        if (transport == ServerTransport.Stdio)
            CheckStdio(section);
        else
            CheckRemote(section);

        var instances = section.Read(Instances, 1);
        server = server with
        {
            Name = section.Read(Name, null),
            Tags = section.Read(Tags, null) ?? [],
            Transport = transport,
            Command = section.Read(Command, null),
            Args = section.Read(Args, null) ?? [],
            Instances = transport == ServerTransport.Stdio ? instances : 1,
            Url = section.Read(Url, null),
            Headers = section.Read(Headers, server.Headers),
            Auth = section.Has(Auth) ? section.Read(Auth, new()) : null,
            Extra = NodeJson.Members(value.Node.Properties.Where(property => !Keys.Knows(property.Name))),
        };
        CheckCredentials(section, server);
        if (server.Instances > 1)
            CheckInstances(section, server);
        return server;
    }

    /// <summary>Leads a visitor over the keys that have an effect on either server, in the order in which they are written.</summary>
    public static void Visit(IKeyVisitor visitor, ServerConfig server, ServerConfig other)
    {
        visitor.Visit(Name, server.Name, other.Name);
        visitor.Visit(Tags, server.Tags, other.Tags);
        visitor.Visit(Type, server.Transport, other.Transport);
        visitor.Visit(Command, server.Command, other.Command);
        if (server.Transport == ServerTransport.Stdio)
        {
            visitor.Visit(Args, server.Args, other.Args);
            visitor.Visit(PolicySection.Env, server.Env, other.Env);
            visitor.Visit(PolicySection.Cwd, server.Cwd, other.Cwd);
            visitor.Visit(PolicySection.StopCommand!, server.StopCommand, other.StopCommand);
            visitor.Visit(Instances, server.Instances, other.Instances);
        }

        visitor.Visit(Url, server.Url, other.Url);
        if (server.Transport != ServerTransport.Stdio)
        {
            visitor.Visit(Headers, server.Headers, other.Headers);
            visitor.Visit(Auth!, server.Auth, other.Auth);
        }

        PolicySection.Visit(visitor, server, other);
    }

    /// <summary>Two credentials in one header are one too many.</summary>
    private static void CheckCredentials(ConfigSection section, ServerConfig server)
    {
        if (server.Auth is { } auth && server.Headers.ContainsKey(auth.Type == ServerAuthType.ApiKey ? auth.Header : "Authorization"))
            section.Problem(Auth, "auth and headers both say who Steward is", $"Keep one of them: remove {(auth.Type == ServerAuthType.ApiKey ? auth.Header : "Authorization")} from headers, or auth.");
    }

    /// <summary>Whoever has several processes never knows which of them answers.</summary>
    private static void CheckInstances(ConfigSection section, ServerConfig server)
    {
        if (server.Isolation != ServerIsolation.Shared)
            section.Problem(Instances, $"{server.Instances} instances are for servers that keep nothing between calls, which isolation \"{(server.Isolation == ServerIsolation.Session ? "session" : "auto")}\" does not say", "Write isolation \"shared\" beside it, or remove instances.");
        if (!ServerDifferences.EndsOne(server))
            section.Problem(Instances, "the stopCommand does not say which of the instances it ends", "Use STEWARD_RUN or STEWARD_PID in it, such as \"${env:STEWARD_RUN}\", or remove instances.");
    }

    private static void CheckStdio(ConfigSection section)
    {
        if (section.Has(Url))
        {
            section.Problem(Url, section.Has(Command) ? "command and url are both given" : "url is given for a server of type \"stdio\"",
                section.Has(Command) ? "Keep command for a program on this machine, or url for a remote server." : "Remove type, or write command in place of url.");
        }
        else if (!section.Has(Command))
        {
            section.Problem(Command, "command is missing", "Write command for a program on this machine, or url for a remote server.");
        }

        if (!section.Has(Url))
        {
            WarnUseless(section, Headers, "a server that is a child process");
            WarnUseless(section, Auth, "a server that is a child process");
        }
    }

    private static void CheckRemote(ConfigSection section)
    {
        if (section.Has(Command))
        {
            section.Problem(Command, section.Has(Url) ? "command and url are both given" : "command is given for a remote server",
                section.Has(Url) ? "Keep command for a program on this machine, or url for a remote server." : "Write type \"stdio\", or url in place of command.");
        }
        else if (!section.Has(Url))
        {
            section.Problem(Url, "url is missing", "Write url, the endpoint of the remote server.");
        }

        if (!section.Has(Command))
        {
            WarnUseless(section, Args, "a remote server");
            WarnUseless(section, PolicySection.Env, "a remote server");
            WarnUseless(section, PolicySection.Cwd, "a remote server");
            WarnUseless(section, PolicySection.StopCommand, "a remote server");
            WarnUseless(section, Instances, "a remote server");
        }
    }

    private static void WarnUseless(ConfigSection section, ConfigKey key, string server) =>
        section.Warning(key, $"{key.Name} has no effect on {server}", "Remove it.");
}
