namespace Steward.Supervision;

/// <summary>A login to a remote server came to nothing; the message says why.</summary>
public sealed class ServerLoginException : Exception
{
    internal ServerLoginException(string serverId, string reason, Exception? cause = null)
        : base($"The login to server '{serverId}' failed: {reason}", cause) => ServerId = serverId;

    /// <summary>The id of the server.</summary>
    public string ServerId { get; }
}
