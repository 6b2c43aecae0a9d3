namespace Steward.Discovery.Clients;

/// <summary>One file in which a client keeps servers.</summary>
/// <param name="Scope">For whom it holds.</param>
/// <param name="Dialect">How it says them.</param>
/// <param name="Locate">Where it lies on a machine.</param>
internal sealed record ClientFile(ClientScope Scope, ClientDialect Dialect, Func<DiscoveryContext, string> Locate)
{
    /// <summary>Whether it is only read: the client itself has given it up, or has a better one.</summary>
    public bool IsOld { get; init; }
}
