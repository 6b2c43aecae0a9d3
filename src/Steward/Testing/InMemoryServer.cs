using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;
using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Testing;

/// <summary>
/// A server in the memory of this program, for tests of what uses a manager. It takes the place of the process or the address of the
/// definition of its id, speaks the protocol itself, and fails when a test wants it to. Name it in
/// <see cref="McpServerManagerOptions.InMemoryServers"/>.
/// </summary>
public sealed class InMemoryServer
{
    private readonly McpServerOptions _options;
    private readonly Lock _gate = new();
    private readonly HashSet<InMemoryLink> _links = [];
    private string? _startFailure;
    private int _connections;

    /// <summary>Makes a server that does what the options of the SDK say. All runs of it have these same options.</summary>
    /// <param name="id">The id of the definition whose place it takes.</param>
    /// <param name="options">What it offers, and how it answers. A collection that changes while it runs is told of as a real server tells.</param>
    public InMemoryServer(string id, McpServerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(options);
        (Id, _options) = (id, options);
    }

    /// <summary>The id of the definition whose place it takes.</summary>
    public string Id { get; }

    /// <summary>A definition for it, where the test has none of its own.</summary>
    public ServerConfig Config => new() { Id = Id, Command = "in-memory" };

    /// <summary>How often it has been connected to: once for each run, and once for each process that a client would have had for itself.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many of them have not ended.</summary>
    internal int LiveConnections
    {
        get
        {
            lock (_gate)
            {
                return _links.Count;
            }
        }
    }

    /// <summary>Why it does not start, in words that the status then has. A start that has failed is tried again as that of a process is.</summary>
    /// <value>Default: <see langword="null"/>, with which it starts.</value>
    public string? StartFailure
    {
        get => Volatile.Read(ref _startFailure);
        set => Volatile.Write(ref _startFailure, value);
    }

    /// <summary>Ends it as a process dies: calls that wait for an answer fail, and it is started again as its definition says.</summary>
    public void Crash()
    {
        InMemoryLink[] links;
        lock (_gate)
        {
            links = [.. _links];
        }

        foreach (var link in links)
            link.Break();
    }

    /// <exception cref="ServerLaunchException">It is not to start.</exception>
    internal InMemoryLink Connect(ILoggerFactory loggers)
    {
        if (StartFailure is { } failure)
            throw new ServerLaunchException($"Server '{Id}': {failure}");
        Interlocked.Increment(ref _connections);
        var link = new InMemoryLink(_options, loggers, Forget);
        lock (_gate)
        {
            _links.Add(link);
        }

        return link;
    }

    private void Forget(InMemoryLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
        }
    }
}
