using Steward.Configuration;

namespace Steward.Gateway;

/// <summary>The servers that clients may reach, in the order of the configuration.</summary>
internal sealed class ServerDirectory
{
    private readonly Dictionary<string, GatewayServer> _byId = new(StringComparer.Ordinal);
    private GatewayServer[] _all = [];

    public IReadOnlyList<GatewayServer> All => Volatile.Read(ref _all);

    public GatewayServer? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>A directory of some of them.</summary>
    public ServerDirectory Only(Func<ServerConfig, bool> isWanted)
    {
        var some = new ServerDirectory();
        some.Fill(All.Where(server => isWanted(server.Config)));
        return some;
    }

    /// <summary>Fills the directory, before the first client comes.</summary>
    public void Fill(IEnumerable<GatewayServer> servers)
    {
        GatewayServer[] all = [.. servers];
        foreach (var server in all)
            _byId.Add(server.Id, server);
        Volatile.Write(ref _all, all);
    }
}
