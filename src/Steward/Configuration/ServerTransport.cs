namespace Steward.Configuration;

/// <summary>How a managed server is reached.</summary>
public enum ServerTransport
{
    /// <summary>A child process that speaks over its standard input and output.</summary>
    Stdio,

    /// <summary>A remote server over Streamable HTTP.</summary>
    Http,

    /// <summary>A remote server over HTTP+SSE, the transport of revision 2024-11-05.</summary>
    Sse,

    /// <summary>A remote server over a WebSocket.</summary>
    WebSocket,

    /// <summary>A remote server whose transport is found out when it is connected: Streamable HTTP first, then HTTP+SSE.</summary>
    Auto,
}
