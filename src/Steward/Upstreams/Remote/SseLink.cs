using System.Text;
using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// A link over HTTP+SSE: one stream on which the server says everything, and an address to which everything is posted. When the
/// stream ends the link is closed: what the server knew is bound to it.
/// See <see href="https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse"/>.
/// </summary>
internal sealed class SseLink : ILink
{
    private readonly RemoteEndpoint _endpoint;
    private readonly HttpResponseMessage _response;
    private readonly EventStreamReader _events;
    private readonly CancellationTokenSource _lifetime;
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAsyncEnumerator<(string Type, RentedFrame Data)>? _reader;
    private DeliveryTurn? _turn;
    private Uri _target;
    private Task _reading = Task.CompletedTask;

    private SseLink(RemoteEndpoint endpoint, HttpResponseMessage response, Stream stream, CancellationTokenSource lifetime)
    {
        (_endpoint, _response, _lifetime, _target) = (endpoint, response, lifetime, endpoint.Url);
        _events = new EventStreamReader(stream, StdioLink.DefaultMaxLineBytes);
    }

    public Task<string> Closed => _closed.Task;

    public ServerTransport Transport => ServerTransport.Sse;

    public TimeSpan AskedPause => _endpoint.AskedPause;

    /// <summary>Opens the stream and waits until the server has said where to post.</summary>
    /// <exception cref="RemoteRefusalException">The server does not speak this transport.</exception>
    public static async Task<SseLink> ConnectAsync(RemoteEndpoint endpoint, CancellationToken cancellationToken)
    {
        var lifetime = new CancellationTokenSource();
        using var limit = endpoint.Within(RemoteEndpoint.Patience, cancellationToken);
        using var givingUp = limit.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), lifetime);
        using var request = RemoteEndpoint.Get(endpoint.Url);
        var response = await endpoint.SendAsync(request, lifetime.Token).ConfigureAwait(false);
        SseLink? link = null;
        try
        {
            if (!response.IsSuccessStatusCode || !RemoteEndpoint.IsEventStream(response))
                throw new RemoteRefusalException(RemoteFailure.Describe(endpoint.Url, response), response.StatusCode);
            var stream = await response.Content.ReadAsStreamAsync(lifetime.Token).ConfigureAwait(false);
            link = new SseLink(endpoint, response, stream, lifetime);
            await link.ReadTargetAsync().ConfigureAwait(false);
            return link;
        }
        catch
        {
            if (link?._reader is { } reader)
                await reader.DisposeAsync().ConfigureAwait(false);
            response.Dispose();
            throw;
        }
    }

    public void Start(ILinkReceiver receiver)
    {
        _turn = new DeliveryTurn(receiver);
        _reading = ReadAsync(_turn);
    }

    /// <summary>A request is posted while others are; what expects no answer is accepted when the server has taken it.</summary>
    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call)
    {
        if (_closed.Task.IsCompleted || _lifetime.IsCancellationRequested)
            throw new LinkClosedException("The connection is closed.");
        var outgoing = OutgoingMessage.Copy(message, edits);
        var posting = PostAsync(outgoing); // cannot fault
        return outgoing.IsRequest ? default : new ValueTask(posting);
    }

    public async ValueTask DisposeAsync()
    {
        _closed.TrySetResult("was disconnected");
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _response.Dispose();
        _endpoint.Dispose();
    }

    private async Task ReadTargetAsync()
    {
        _reader = _events.ReadAllAsync(_lifetime.Token).GetAsyncEnumerator(_lifetime.Token);
        if (!await _reader.MoveNextAsync().ConfigureAwait(false))
            throw new RemoteRefusalException($"{RemoteOrigin.Show(_endpoint.Url)} ended its stream before it said where to post");

        var (type, data) = _reader.Current;
        var text = Encoding.UTF8.GetString(data.Span);
        data.Return();
        if (type != "endpoint")
            throw new RemoteRefusalException($"{RemoteOrigin.Show(_endpoint.Url)} opens a stream, but does not begin it with the event 'endpoint' of HTTP+SSE; look at type");
        if (!Uri.TryCreate(_endpoint.Url, text, out var target))
            throw new RemoteRefusalException($"{RemoteOrigin.Show(_endpoint.Url)} names no address to post to in its event 'endpoint'");
        if (!RemoteOrigin.IsSame(_endpoint.Url, target))
            throw new RemoteRefusalException($"{RemoteOrigin.Show(_endpoint.Url)} wants messages to be posted to {RemoteOrigin.Show(target)}, which is another origin: they and their credentials do not go there");
        _target = target;
    }

    private async Task ReadAsync(DeliveryTurn turn)
    {
        var reason = "closed its stream";
        try
        {
            await using var reader = _reader!.ConfigureAwait(false);
            while (await _reader!.MoveNextAsync().ConfigureAwait(false))
            {
                var (type, data) = _reader.Current;
                if (type == "message")
                    await turn.DeliverAsync(data.Memory, request: null).ConfigureAwait(false);
                data.Return();
            }
        }
        catch (Exception failure) // whatever it is: a link that nobody reads must not look alive
        {
            reason = $"could not be read any more: {RemoteFailure.Describe(_endpoint.Url, failure)}";
        }

        _closed.TrySetResult(reason);
    }

    private async Task PostAsync(OutgoingMessage message)
    {
        try
        {
            using var limit = _endpoint.Within(RemoteEndpoint.Patience, _lifetime.Token);
            using var request = RemoteEndpoint.Post(_target, message.Body);
            using var response = await _endpoint.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                await _turn!.FailAsync(message.Body, RemoteFailure.Describe(_target, response), response.StatusCode).ConfigureAwait(false);
        }
        catch (Exception) when (_lifetime.IsCancellationRequested)
        {
            // The link is closed, which its connection tells everybody.
        }
        catch (Exception failure) // whatever the chain of handlers throws: the call that this was must hear of it
        {
            await _turn!.FailAsync(message.Body, RemoteFailure.Describe(_target, failure), (failure as RemoteRefusalException)?.Status ?? 0).ConfigureAwait(false);
        }
    }
}
