namespace Steward.Server.Channels;

/// <summary>What is at a path.</summary>
internal enum ChannelPathKind
{
    /// <summary>A WebSocket.</summary>
    WebSocket,

    /// <summary>The stream of events of HTTP+SSE.</summary>
    Events,

    /// <summary>Where a client of HTTP+SSE posts what it says.</summary>
    Messages,
}
