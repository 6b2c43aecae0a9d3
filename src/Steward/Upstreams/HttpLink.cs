using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>A link to a remote server over the official SDK's Streamable HTTP transport, taken below its session layer.</summary>
internal sealed class HttpLink : ILink
{
    private static readonly System.Text.Json.Serialization.Metadata.JsonTypeInfo<JsonRpcMessage> MessageType =
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    private readonly ITransport _transport;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private ILinkReceiver? _receiver;

    private HttpLink(ITransport transport) => _transport = transport;

    public Task<string> Closed => _closed.Task;

    /// <summary>Prepares the link; the server is first reached by the handshake.</summary>
    /// <exception cref="ServerLaunchException">The endpoint cannot be used.</exception>
    public static async Task<HttpLink> ConnectAsync(ResolvedServer server, UpstreamHost host, CancellationToken cancellationToken)
    {
        var options = new HttpClientTransportOptions
        {
            Endpoint = server.Url!,
            Name = server.Id,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = server.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase),
        };
        try
        {
            var client = new HttpClientTransport(options, host.Loggers);
            return new HttpLink(await client.ConnectAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or ArgumentException)
        {
            throw new ServerLaunchException($"Cannot connect server '{server.Id}' to {server.Url!.GetLeftPart(UriPartial.Path)}: {failure.Message}", innerException: failure);
        }
    }

    public void Start(ILinkReceiver receiver)
    {
        _receiver = receiver;
        _reading = ReadAsync(receiver);
    }

    /// <summary>
    /// A request's answer comes within its own HTTP exchange, which the transport awaits: sends run side by side, or one long call
    /// would hold up all others.
    /// </summary>
    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        if (_lifetime.IsCancellationRequested)
            throw new LinkClosedException("The connection is closed.");
        _ = DeliverAsync(RentedFrame.Copy(message, edits)); // observed there: it cannot fault
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _closed.TrySetResult("was disconnected");
    }

    private async Task DeliverAsync(RentedFrame frame)
    {
        try
        {
            var message = JsonSerializer.Deserialize(frame.Span, MessageType) ?? throw new JsonException("null is no message");
            await _transport.SendMessageAsync(message, _lifetime.Token).ConfigureAwait(false);
        }
        catch (Exception failure) // whatever the transport throws: the call that this was must hear of it
        {
            _receiver?.OnUndeliverable(frame.Span, failure.Message, failure switch
            {
                HttpRequestException { StatusCode: { } status } => (int)status,
                McpException => (int)System.Net.HttpStatusCode.BadRequest, // the transport's form of an error in the body of a 4xx
                _ => 0,
            });
        }
        finally
        {
            frame.Return();
        }
    }

    private async Task ReadAsync(ILinkReceiver receiver)
    {
        var reason = "closed the connection";
        try
        {
            await foreach (var message in _transport.MessageReader.ReadAllAsync(_lifetime.Token).ConfigureAwait(false))
                receiver.OnMessage(JsonSerializer.SerializeToUtf8Bytes(message, MessageType));
        }
        catch (Exception failure) // a transport's failure is the end of this link, whatever its type
        {
            reason = $"could not be read any more: {failure.Message}";
        }

        _closed.TrySetResult(reason);
    }
}
