namespace Steward.Configuration;

/// <summary>How a running server comes to a new definition that needs another process or connection.</summary>
public enum ServerUpdateMode
{
    /// <summary>The new one is started beside the old one and takes its place once it is ready: no call fails, and where it does not become ready the old one has never left.</summary>
    Beside,

    /// <summary>The old one is stopped first: for servers that cannot run twice at one time, because of a fixed port, a lock file or a database.</summary>
    InPlace,
}
