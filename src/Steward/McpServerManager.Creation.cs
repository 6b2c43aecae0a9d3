using System.Collections.Frozen;
using System.Text;
using Steward.Configuration;
using Steward.Events;
using Steward.Hosting;
using Steward.Upstreams;

namespace Steward;

/// <content>How a program gets one.</content>
public sealed partial class McpServerManager
{
    private readonly Embedding? _embedding;
    private readonly ServerDefaults _defaults; // beneath what definitions say

    /// <summary>Makes a manager of some servers. None of them is started.</summary>
    /// <param name="servers">The servers, for which the rules of the configuration file hold.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ConfigException">A definition breaks a rule, or two have one id; every problem is listed.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public McpServerManager(IEnumerable<ServerConfig> servers, McpServerManagerOptions? options = null)
        : this(new StewardConfig { Servers = [.. servers ?? throw new ArgumentNullException(nameof(servers))] }, options)
    {
    }

    /// <summary>Makes a manager of what a configuration holds. None of the servers is started.</summary>
    /// <param name="config">The servers, for which the rules of the configuration file hold, and how they are served.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ConfigException">A definition breaks a rule, or two have one id; every problem is listed.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DataDirectoryInUseException">Another manager uses the data directory.</exception>
    public McpServerManager(StewardConfig config, McpServerManagerOptions? options = null)
        : this((options ??= new McpServerManagerOptions()).Checked(config ?? throw new ArgumentNullException(nameof(config))), options, NewHost(config, options))
    {
    }

    private McpServerManager(StewardConfig config, McpServerManagerOptions options, ManagerHost host)
        : this(config, new PatientLauncher(host.Launcher, host.ReapAsync()), host.Time, host.Loggers, random: null, options.Defaults)
    {
        (Name, _tools.Monitoring.IsOn) = (options.Name, options.Monitor);
        _embedding = new Embedding(this, config, options, host);
    }

    /// <summary>What the manager is called in health reports.</summary>
    /// <value>Default: <c>steward</c>.</value>
    public string Name { get; } = McpServerManagerOptions.DefaultName;

    /// <summary>Tells whoever wants to know what happens to the servers, and what they say of their own accord.</summary>
    /// <exception cref="InvalidOperationException">This manager is a daemon's, which has the bus.</exception>
    public EventBus Events => Embedding.Host.Events;

    /// <exception cref="InvalidOperationException">This manager is a daemon's.</exception>
    internal Embedding Embedding => _embedding ?? throw new InvalidOperationException("This manager is a daemon's: its clients connect to the gateway, and it has history and events of its own.");

    /// <summary>Begins to put a manager together of what comes from several places.</summary>
    public static McpServerManagerBuilder CreateBuilder() => new();

    /// <summary>Makes a manager of the servers of a JSON text: what a configuration file may hold. None of them is started.</summary>
    /// <param name="json">The text; relative paths in it count from the working directory.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ConfigException">The text cannot be used; every problem is listed.</exception>
    public static McpServerManager FromJson(string json, McpServerManagerOptions? options = null) =>
        new(ConfigFile.Parse(Encoding.UTF8.GetBytes(json), "the JSON text", Environment.CurrentDirectory), options);

    /// <summary>Makes a manager of the servers of a configuration file. None of them is started, and the file is not followed.</summary>
    /// <param name="path">The file; relative paths in it count from its folder.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ConfigException">The file cannot be read or used; every problem is listed.</exception>
    public static McpServerManager FromJsonFile(string path, McpServerManagerOptions? options = null) => new(ConfigFile.Load(path), options);

    /// <summary>Has what it is made of follow files; see <see cref="ConfigFollower"/>. Called once, by whoever made it.</summary>
    internal void Follow(StewardConfig built, IReadOnlyList<string> files, Func<StewardConfig> compose) => Embedding.Follow(this, built, files, compose);

    /// <summary>The limits protect a gateway from its clients. The client here is the program itself, which knows how much it wants.</summary>
    private static GatewayLimits OwnLimits(GatewayLimits limits) => limits with { CallsInFlight = int.MaxValue, CallsPerMinute = 0, Sessions = int.MaxValue };

    private static ManagerHost NewHost(StewardConfig config, McpServerManagerOptions options)
    {
        var inMemory = options.InMemoryServers.ToFrozenDictionary(server => server.Id, StringComparer.Ordinal);
        var directory = options.DataDirectory is { } path ? ManagerDirectory.Take(path) : null;
        try
        {
            return new ManagerHost(options.Adjust(new ManagerHostOptions(OwnLimits(config.Gateway.Limits), options.TimeProvider, options.LoggerFactory)
            {
                IsEmbedded = true,
                Directory = directory,
                ProcessesDirectory = directory?.Within("processes"),
                LogsDirectory = directory?.Within("logs"),
                TokensDirectory = directory?.Within("tokens"),
                Introduction = Introduction.Of(options.Handlers.Roots is not null, rootsMayChange: false, options.Handlers.Sampling is not null, options.Handlers.SamplingTools),
                InMemory = inMemory,
            }));
        }
        catch
        {
            directory?.Dispose(); // nobody else would give it free
            throw;
        }
    }
}
