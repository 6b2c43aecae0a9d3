namespace Steward.Tests.Faults;

/// <summary>What becomes of those who connect to a <see cref="FaultProxy"/>, until it is told to receive them.</summary>
public enum Reception
{
    /// <summary>They are accepted, and lead to the server behind.</summary>
    Accepts,

    /// <summary>They are accepted, and whatever they send is taken; nothing is ever answered.</summary>
    Swallows,

    /// <summary>Nobody accepts them: the kernel makes the connection, and it waits in the queue.</summary>
    Queues,

    /// <summary>The queue is full: no connection is made, and nobody says so, as behind a firewall that drops packets.</summary>
    Drops,
}
