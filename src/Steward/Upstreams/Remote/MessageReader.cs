using System.Runtime.CompilerServices;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>Reads the messages of one response, a single one or a stream of them, in order.</summary>
internal sealed class MessageReader(HttpResponseMessage response)
{
    private EventStreamReader? _events;

    /// <summary>From where the stream can be resumed; <see langword="null"/> where it cannot.</summary>
    public string? LastEventId => _events?.LastEventId;

    /// <summary>How long the server wants to be left alone before that; zero where it did not say.</summary>
    public TimeSpan Retry => _events?.Retry ?? TimeSpan.Zero;

    /// <summary>Whether a response can be read here.</summary>
    public static bool CanRead(HttpResponseMessage response) => RemoteEndpoint.IsJson(response) || RemoteEndpoint.IsEventStream(response);

    /// <summary>The messages, each on one line. Whoever gets one returns it.</summary>
    public async IAsyncEnumerable<RentedFrame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (RemoteEndpoint.IsJson(response))
        {
            yield return await ResponseBody.ReadAsync(response.Content, StdioLink.DefaultMaxLineBytes, cancellationToken).ConfigureAwait(false);
            yield break;
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var reading = stream.ConfigureAwait(false);
        _events = new EventStreamReader(stream, StdioLink.DefaultMaxLineBytes);
        await foreach (var (type, data) in _events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (type == "message")
                yield return data;
            else
                data.Return(); // none of the protocol's
        }
    }
}
