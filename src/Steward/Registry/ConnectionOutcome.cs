namespace Steward.Registry;

/// <summary>How a connection to a server ended.</summary>
public enum ConnectionOutcome
{
    /// <summary>It has not ended.</summary>
    Open,

    /// <summary>The server was stopped on request, or with Steward.</summary>
    Stopped,

    /// <summary>The server ended by itself, or no longer answered.</summary>
    Failed,

    /// <summary>There never was one: the server did not start, or refused the handshake.</summary>
    NotConnected,

    /// <summary>Steward itself ended without a word; the time is the last at which it was known to be there.</summary>
    ManagerEnded,
}
