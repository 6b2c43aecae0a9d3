using Steward.Catalog;
using Steward.Configuration;

namespace Steward.Upstreams;

/// <summary>Watches whether a run offers the tools that its server had before, and remembers them where it does.</summary>
internal sealed class RunTools
{
    private readonly Lock _gate = new(); // lists are read again while the definition changes and probes are made
    private readonly RunCatalog _catalog;
    private readonly RunTraffic _traffic;
    private readonly ToolMemory _memory;
    private readonly ToolRoster _roster;
    private readonly string? _serverName;
    private ServerConfig _config;

    private RunTools(ServerConfig config, RunCatalog catalog, RunTraffic traffic, ToolMemory memory, ToolRoster roster, string? serverName) =>
        (_config, _catalog, _traffic, _memory, _roster, _serverName) = (config, catalog, traffic, memory, roster, serverName);

    /// <summary>What is missing, in words; <see langword="null"/> where nothing is.</summary>
    public string? Missing
    {
        get
        {
            lock (_gate)
                return _roster.Missing;
        }
    }

    /// <summary>Compares the first lists of a run with what its server had before.</summary>
    public static async Task<RunTools> CompareAsync(
        ServerConfig config, RunCatalog catalog, UpstreamConnection connection, RunTraffic traffic, UpstreamHost host, CancellationToken cancellationToken)
    {
        var serverName = connection.Server.ServerName;
        var before = await host.Tools.FindAsync(config, cancellationToken).ConfigureAwait(false);
        var tools = new RunTools(config, catalog, traffic, host.Tools, new ToolRoster(before, serverName, host.Time), serverName);
        tools.Review();
        return tools;
    }

    /// <summary>The lists may have become others.</summary>
    public void Review()
    {
        lock (_gate)
        {
            var now = Names();
            if (_roster.Review(now, _config.Tools, _traffic.TakeToolsAnnounced()))
                _memory.Keep(_config, new KnownTools(now, _serverName));
        }
    }

    /// <summary>Gives up missing what has been gone for very long.</summary>
    /// <returns>Whether that has just happened.</returns>
    public bool TryForget()
    {
        lock (_gate)
        {
            var now = Names();
            if (!_roster.TryForget(now))
                return false;
            _memory.Keep(_config, new KnownTools(now, _serverName));
            return true;
        }
    }

    public void Redefine(ServerConfig config)
    {
        lock (_gate)
            _config = config;
    }

    private string[] Names() => [.. _catalog.Whole[CatalogKind.Tools].Select(tool => tool.Key)];
}
