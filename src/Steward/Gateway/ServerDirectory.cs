using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>
/// The servers that clients may reach, in the order of the manager. It is asked what there is with every look, which costs a comparison:
/// so a server that was added is found at once, and one that was removed is not.
/// </summary>
internal sealed class ServerDirectory
{
    private readonly Lock _gate = new(); // around memory only
    private readonly ServerDirectory? _whole;
    private Func<IReadOnlyList<ManagedServer>> _managed = static () => Array.Empty<ManagedServer>();
    private Func<ServerConfig, bool> _isListed = static _ => true;
    private Func<ServerConfig, Recollection?> _recall = static _ => null;
    private Content _now = new(Array.Empty<ManagedServer>(), []);

    public ServerDirectory()
    {
    }

    private ServerDirectory(ServerDirectory whole, Func<ServerConfig, bool> isListed) => (_whole, _isListed) = (whole, isListed);

    /// <summary>The same list for as long as no server comes, goes or is defined anew.</summary>
    public IReadOnlyList<GatewayServer> All => Now.All;

    private Content Now
    {
        get
        {
            object source = _whole is null ? _managed() : _whole.All;
            var now = Volatile.Read(ref _now);
            return ReferenceEquals(now.Source, source) ? now : Renew();
        }
    }

    public GatewayServer? Find(string id) => Now.ById.GetValueOrDefault(id);

    /// <summary>What the gateway knows a server of the manager as.</summary>
    public GatewayServer? Find(ManagedServer managed) => Find(managed.Id) is { } server && server.Managed == managed ? server : null;

    /// <summary>A directory of some of them.</summary>
    public ServerDirectory Only(Func<ServerConfig, bool> isWanted) => new(this, isWanted);

    /// <summary>Says whose servers these are, before the first client comes.</summary>
    /// <param name="managed">All there are: the same list for as long as none comes, goes or is defined anew.</param>
    /// <param name="isListed">Whether clients may reach a server.</param>
    /// <param name="recall">What a server was in an earlier life of this process.</param>
    public void Follow(Func<IReadOnlyList<ManagedServer>> managed, Func<ServerConfig, bool> isListed, Func<ServerConfig, Recollection?> recall)
    {
        lock (_gate)
            (_managed, _isListed, _recall) = (managed, isListed, recall);
    }

    private Content Renew()
    {
        lock (_gate)
        {
            object source = _whole is null ? _managed() : _whole.All; // again: it is to be no older than what another has put here
            if (ReferenceEquals(_now.Source, source))
                return _now;
            GatewayServer[] all = source switch
            {
                IReadOnlyList<GatewayServer> servers => [.. servers.Where(server => _isListed(server.Config))],
                IReadOnlyList<ManagedServer> servers => [.. servers.Where(server => _isListed(server.Config)).Select(Keep)],
                _ => [],
            };
            var renewed = new Content(source, all);
            Volatile.Write(ref _now, renewed);
            return renewed;
        }
    }

    /// <summary>What is known of a server stays for as long as it is the same one: one that was removed and added again begins anew.</summary>
    private GatewayServer Keep(ManagedServer managed)
    {
        if (_now.ById.TryGetValue(managed.Id, out var known) && known.Managed == managed)
            return known;
        var server = new GatewayServer(managed, _recall);
        managed.IsHeld = () => server.IsHeld;
        return server;
    }

    private sealed class Content(object source, GatewayServer[] all)
    {
        public object Source => source;

        public GatewayServer[] All => all;

        public Dictionary<string, GatewayServer> ById { get; } = all.ToDictionary(server => server.Id, StringComparer.Ordinal);
    }
}
