using System.Diagnostics.CodeAnalysis;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>Reads a stream of server-sent events, each of bounded size.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The wrapper owns nothing: the stream belongs to the response.")]
internal sealed class EventStreamReader
{
    private readonly BoundedStream _stream;
    private readonly SseParser<RentedFrame> _parser;

    public EventStreamReader(Stream stream, int maxBytes)
    {
        _stream = new BoundedStream(stream, maxBytes);
        _parser = SseParser.Create(_stream, (_, data) =>
        {
            _stream.BeginEvent();
            return RentedFrame.Copy(data);
        });
    }

    /// <summary>The id of the last event that had one; <see langword="null"/> where none had.</summary>
    public string? LastEventId => _parser.LastEventId is { Length: > 0 } id ? id : null;

    /// <summary>How long the server wants to be left alone before the stream is opened again; zero where it did not say.</summary>
    public TimeSpan Retry => _parser.ReconnectionInterval is { Ticks: > 0 } retry ? retry : TimeSpan.Zero;

    /// <summary>Every event that carries something. Whoever gets its data returns them.</summary>
    /// <exception cref="MessageTooLargeException">An event is larger than a message may be; the rest of the stream cannot be read.</exception>
    public async IAsyncEnumerable<(string Type, RentedFrame Data)> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _parser.EnumerateAsync(cancellationToken).ConfigureAwait(false))
        {
            if (item.Data.Length > 0)
                yield return (item.EventType, item.Data);
            else
                item.Data.Return(); // only an id, from which to resume
        }
    }
}
