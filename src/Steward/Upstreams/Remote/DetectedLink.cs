using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// A link over a transport that is found out: Streamable HTTP, unless the server refuses the handshake and opens a stream of
/// HTTP+SSE instead.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#backward-compatibility"/>.
/// </summary>
internal sealed class DetectedLink : ILink
{
    private readonly RemoteEndpoint _endpoint;
    private readonly RemoteTransports _known;
    private readonly StreamableHttpLink _first;
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ILink _link;
    private ILinkReceiver? _receiver;

    public DetectedLink(RemoteEndpoint endpoint, RemoteTransports known)
    {
        (_endpoint, _known) = (endpoint, known);
        _link = _first = new StreamableHttpLink(endpoint) { TakeOver = TakeOverAsync };
    }

    public Task<string> Closed => _closed.Task;

    public ServerTransport Transport => _link.Transport;

    public TimeSpan AskedPause => _endpoint.AskedPause;

    public ToolHeaderTable? ToolHeaders => _link.ToolHeaders;

    public void Start(ILinkReceiver receiver)
    {
        _receiver = receiver;
        _first.Start(receiver);
        _ = WatchAsync(_first); // cannot fault
    }

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call) => _link.SendAsync(message, edits, call);

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync().ConfigureAwait(false); // waits for a change under way
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WatchAsync(ILink link)
    {
        var reason = await link.Closed.ConfigureAwait(false);
        if (_link == link)
            _closed.TrySetResult(reason);
    }

    /// <summary>Tries the older transport with a handshake that the newer one did not get through.</summary>
    private async Task<bool> TakeOverAsync(OutgoingMessage handshake, CancellationToken cancellationToken)
    {
        SseLink link;
        try
        {
            link = await SseLink.ConnectAsync(_endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RemoteRefusalException || (RemoteFailure.IsOfNetwork(failure) && !cancellationToken.IsCancellationRequested))
        {
            return false; // neither of the two: what the first said is the answer
        }

        _known.RememberSse(_endpoint);
        _endpoint.Logger.TransportFound(_endpoint.ServerId, "HTTP+SSE");
        link.Start(_receiver!);
        _link = link;
        _ = WatchAsync(link); // cannot fault
        await link.SendAsync(handshake.Body, default, call: null).ConfigureAwait(false);
        return true;
    }
}
