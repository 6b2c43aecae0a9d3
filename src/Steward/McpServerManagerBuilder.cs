using System.Text;
using Steward.Configuration;

namespace Steward;

/// <summary>Puts a <see cref="McpServerManager"/> together of what comes from several places. Nothing is read or started before <see cref="Build"/>.</summary>
public sealed class McpServerManagerBuilder
{
    private readonly List<Func<StewardConfig>> _sources = [];
    private readonly List<string> _followed = [];

    internal McpServerManagerBuilder()
    {
    }

    /// <summary>How the manager behaves.</summary>
    public McpServerManagerOptions Options { get; internal set; } = new();

    /// <summary>Adds a server.</summary>
    public McpServerManagerBuilder AddServer(ServerConfig server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Add(() => new StewardConfig { Servers = [server] });
    }

    /// <summary>Adds a server that is a program.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="command">The program: a path, or a name that is looked up on <c>PATH</c>.</param>
    /// <param name="args">Its arguments, passed as they are; no shell is involved.</param>
    public McpServerManagerBuilder AddServer(string id, string command, params string[] args) =>
        AddServer(new ServerConfig { Id = id, Command = command, Args = args });

    /// <summary>Adds a remote server, reached by Streamable HTTP, or by what else it turns out to speak.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="endpoint">Its address.</param>
    public McpServerManagerBuilder AddServer(string id, Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return AddServer(new ServerConfig { Id = id, Transport = ServerTransport.Auto, Url = endpoint.AbsoluteUri });
    }

    /// <summary>Adds the servers of a JSON text: what a configuration file may hold. Relative paths in it count from the working directory.</summary>
    public McpServerManagerBuilder AddJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Add(() => ConfigFile.Parse(Encoding.UTF8.GetBytes(json), "the JSON text", Environment.CurrentDirectory));
    }

    /// <summary>Adds the servers of a configuration file. Relative paths in it count from its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="optional">Whether it is no error that there is none.</param>
    /// <param name="reloadOnChange">
    /// Whether the file is followed from <see cref="Build"/> on, however it is saved: what changes in its servers is taken over, and nothing
    /// else is touched. What cannot be used changes nothing. Both are logged, and events (<see cref="Events.EventNames.ConfigChanged"/>,
    /// <see cref="Events.EventNames.ConfigRejected"/>). What your program does to a server lasts until the file says something else of that server.
    /// </param>
    public McpServerManagerBuilder AddJsonFile(string path, bool optional = false, bool reloadOnChange = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (reloadOnChange)
            _followed.Add(Path.GetFullPath(path));
        return Add(() => optional && !File.Exists(path) ? new StewardConfig { Servers = [] } : ConfigFile.Load(path));
    }

    /// <summary>Changes the options.</summary>
    public McpServerManagerBuilder Configure(Action<McpServerManagerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Options);
        return this;
    }

    /// <summary>Makes the manager. None of its servers is started.</summary>
    /// <exception cref="ConfigException">A file or text cannot be used, a definition breaks a rule, or two have one id; every problem is listed.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public McpServerManager Build()
    {
        var (options, sources) = (Options, _sources.ToArray()); // what is done to the builder later is no business of this manager
        var config = Compose(sources);
        var manager = new McpServerManager(config, options);
        if (_followed.Count > 0)
            manager.Follow(ServerRules.Checked(config), [.. _followed.Distinct(StringComparer.Ordinal)], () => ServerRules.Checked(Compose(sources)));
        return manager;
    }

    private static StewardConfig Compose(IEnumerable<Func<StewardConfig>> sources)
    {
        List<ConfigProblem> problems = [];
        List<StewardConfig> configs = [];
        foreach (var source in sources)
        {
            try
            {
                configs.Add(source());
            }
            catch (ConfigException failure)
            {
                problems.AddRange(failure.Problems); // the others may have more to say
            }
        }

        if (problems.Count > 0)
            throw new ConfigException(problems, []);
        var first = configs.FirstOrDefault(static config => config.Groups.Count > 0) ?? configs.FirstOrDefault() ?? new StewardConfig { Servers = [] };
        return first with { Servers = [.. configs.SelectMany(static config => config.Servers)] };
    }

    private McpServerManagerBuilder Add(Func<StewardConfig> source)
    {
        _sources.Add(source);
        return this;
    }
}
