using System.Net.WebSockets;

namespace Steward.Server.Channels;

/// <summary>How a WebSocket ends.</summary>
/// <param name="Status">The code.</param>
/// <param name="Reason">For people; short, the frame has little room.</param>
internal sealed record WebSocketEnd(WebSocketCloseStatus Status, string Reason);
