namespace Steward.Upstreams;

/// <summary>Hears what servers that many clients share say of their own accord.</summary>
internal interface ISharedTraffic : IConnectionHandler
{
    /// <summary>The lists of a server were read again and differ.</summary>
    void OnCatalogChanged(string serverId);
}
