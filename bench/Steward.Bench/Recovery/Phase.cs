namespace Steward.Bench.Recovery;

/// <summary>What happens while another server is called.</summary>
internal enum Phase
{
    /// <summary>Something that does not count.</summary>
    Between,

    /// <summary>Nothing.</summary>
    Quiet,

    /// <summary>A server starts outside of Steward: what that takes of the machine, it takes here, too.</summary>
    OwnStart,

    /// <summary>Steward starts a server that was killed.</summary>
    Recovery,
}
