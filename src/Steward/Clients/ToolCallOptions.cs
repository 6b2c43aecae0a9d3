using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>How a tool is called.</summary>
public sealed record ToolCallOptions
{
    /// <summary>Hears how far the call is: in order, and before the call returns.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public IProgress<ProgressNotificationValue>? Progress { get; init; }

    /// <summary>How long the whole call may take, whatever the server says meanwhile. Beyond, it is cancelled at the server.</summary>
    /// <value>Default: <see langword="null"/>, no such bound. The server's <c>requestTimeoutMs</c>, how long it may keep silent, holds in any case.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the call is made again, once, when the connection breaks before the answer comes and the server is back within its <c>startupTimeoutMs</c>.</summary>
    /// <value>Default: <see cref="ReplayPolicy.WhenAnnotated"/>.</value>
    public ReplayPolicy Replay { get; init; }

    /// <summary>Anything by which the program knows the call again when a handler is told of it: <see cref="ServerCall.State"/>. It is never sent.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public object? State { get; init; }
}
