using Steward.Configuration;
using Steward.Upstreams.Remote;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Carries messages to and from one server, in order, as bytes.</summary>
internal interface ILink : IAsyncDisposable
{
    /// <summary>Completes when no message can come any more, with the reason in words. Never faults.</summary>
    Task<string> Closed { get; }

    /// <summary>What it runs over. Certain once the handshake is done.</summary>
    ServerTransport Transport => ServerTransport.Stdio;

    /// <summary>Which tools want which parameters in headers; <see langword="null"/> where there are no headers.</summary>
    ToolHeaderTable? ToolHeaders => null;

    /// <summary>
    /// Whether the other side has taken in everything that was sent; <see langword="null"/> where that cannot be known. After the end
    /// it stays what it was then.
    /// </summary>
    bool? HasBeenRead => null;

    /// <summary>How long the server wants to be left alone before the next attempt; zero where it has no such wish.</summary>
    TimeSpan AskedPause => TimeSpan.Zero;

    /// <summary>Begins to deliver what the server says: one call at a time, in the order of arrival.</summary>
    void Start(ILinkReceiver receiver);

    /// <summary>
    /// Hands a message over, edited. Completes when it is accepted: at once, unless the server does not keep up.
    /// The bytes are copied before the call returns.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="edits">What replaces parts of it.</param>
    /// <param name="call">The call that it makes, if any: where that is withdrawn while the message waits, it need not be sent any more.</param>
    /// <exception cref="LinkClosedException">The link is closed.</exception>
    ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call);
}

/// <summary>Receives what a server says. Calls must not block: everything of that server waits behind them.</summary>
internal interface ILinkReceiver
{
    /// <summary>One line or message. The bytes are valid during the call only.</summary>
    void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>Whether so much is under way that whatever is sent now is likely to have company at once: one write may carry it all.</summary>
    bool IsBusy => false;

    /// <summary>A message that came on the response stream of a request, so that it belongs to it.</summary>
    void OnMessage(ReadOnlySpan<byte> message, long request) => OnMessage(message);

    /// <summary>A line over the limit was skipped.</summary>
    /// <param name="head">How it began.</param>
    /// <param name="tail">How it ended.</param>
    /// <param name="length">How long it was.</param>
    void OnOversized(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long length);

    /// <summary>
    /// A single message could not be delivered to the server, or its delivery led to nothing that is an answer, though the link
    /// lives. A refusal that says why in JSON-RPC is an answer.
    /// </summary>
    /// <param name="message">The message as it was sent.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="status">The HTTP status with which the server refused it; 0 where nothing was heard of a server.</param>
    void OnUndeliverable(ReadOnlySpan<byte> message, string reason, int status = 0);

    /// <summary>The server had forgotten its session, and another was opened: it knows of no subscription and no log level.</summary>
    void OnRenewed()
    {
    }
}
