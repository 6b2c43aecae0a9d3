using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>The conversation with a server has ended: the server was removed, or the manager has been shut down.</summary>
public sealed class ClientClosedException : McpException
{
    internal ClientClosedException(string server)
        : base($"The conversation with server '{server}' has ended: it was removed, or the manager has been shut down.") => ServerId = server;

    /// <summary>The server's id.</summary>
    public string ServerId { get; }
}
