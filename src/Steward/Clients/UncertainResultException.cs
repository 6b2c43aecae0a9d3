using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>The connection broke before the answer came: the server may have done what it was asked for, or not.</summary>
public sealed class UncertainResultException : McpException
{
    internal UncertainResultException(string server, string what, bool wasReplayed, Exception cause)
        : base($"The connection to server '{server}' broke during {what}: the result is uncertain{(wasReplayed ? ", and so it was when the request was made again" : " and the request was not made again")}. {cause.Message}", cause) =>
        ServerId = server;

    /// <summary>The server's id.</summary>
    public string ServerId { get; }
}
