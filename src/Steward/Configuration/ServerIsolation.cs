namespace Steward.Configuration;

/// <summary>Whether the clients of a server share one process.</summary>
public enum ServerIsolation
{
    /// <summary>Starts <see cref="Shared"/>; new sessions get a process of their own once the server has shown that it needs it.</summary>
    Auto,

    /// <summary>One process for all clients. What cannot be assigned to one client with certainty is refused.</summary>
    Shared,

    /// <summary>One process per client session.</summary>
    Session,
}
