namespace Steward.Upstreams;

/// <summary>Hears what servers that many clients share say of their own accord.</summary>
internal interface ISharedTraffic : IConnectionHandler
{
    /// <summary>The lists of a server were read again and differ.</summary>
    void OnCatalogChanged(string serverId);

    /// <summary>Whether somebody relies on a run though no call is under way: subscribers, tasks, processes of single clients.</summary>
    bool IsNeeded(UpstreamConnection connection) => false;

    /// <summary>A run is put to rest: what it offers is to be known while it is not there, also where nobody has looked at it yet.</summary>
    void OnResting(UpstreamConnection connection)
    {
    }
}
