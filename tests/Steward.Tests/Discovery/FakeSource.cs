using Steward.Configuration;
using Steward.Discovery;

namespace Steward.Tests.Discovery;

/// <summary>A source that answers what the test says, and counts how often it is asked.</summary>
internal sealed class FakeSource(string name, bool isRemote = false, bool searches = false) : IDiscoverySource
{
    private int _count;

    public Func<DiscoveryContext, CancellationToken, Task<DiscoveryResult>> OnAsked { get; set; } = (_, _) => Task.FromResult(DiscoveryResult.Empty);

    public int Count => Volatile.Read(ref _count);

    public string Name => name;

    public string Description => $"what {name} has";

    public bool IsRemote => isRemote;

    public bool Searches => searches;

    /// <summary>Servers of some ids.</summary>
    public static DiscoveryResult Servers(params IEnumerable<string> ids) => new([.. ids.Select(id => Server(id))], []);

    public static DiscoveredServer Server(string id, string source = "fake") =>
        new() { Id = id, Name = id, Config = new ServerConfig { Id = id, Command = $"/bin/{id}", BaseDirectory = "/" }, Source = source, Location = $"/bin/{id}" };

    public FakeSource Finds(params IEnumerable<string> ids)
    {
        var result = Servers(ids);
        OnAsked = (_, _) => Task.FromResult(result);
        return this;
    }

    public FakeSource Fails(string reason)
    {
        OnAsked = (_, _) => Task.FromException<DiscoveryResult>(new DiscoveryException(reason));
        return this;
    }

    public Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        return OnAsked(context, cancellationToken);
    }
}
