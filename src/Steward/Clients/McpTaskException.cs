using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>A server made a task of a call, or asked for input during it, and nothing came of it. A call that its caller gives up ends as any does: its task is cancelled.</summary>
public sealed class McpTaskException : McpException
{
    internal McpTaskException(string server, McpTaskFailure kind, McpProtocolException cause)
        : base(cause.Message, cause) => (ServerId, Kind) = (server, kind);

    /// <summary>The server's id.</summary>
    public string ServerId { get; }

    /// <summary>Why nothing came of it.</summary>
    public McpTaskFailure Kind { get; }
}
