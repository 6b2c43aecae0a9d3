using System.Text;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

public sealed class EventStreamReaderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Events_are_read_as_the_standard_says()
    {
        var reader = Reader(": comment\n\ndata: one\n\nevent: other\nid: 5\nretry: 250\ndata: two\ndata: lines\n\nid: 6\ndata:\n\ndata: unfinished\n");

        Assert.Equal(["message one", "other two lines"], await ReadAsync(reader));
        Assert.Equal(("6", TimeSpan.FromMilliseconds(250)), (reader.LastEventId, reader.Retry));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_event_beyond_the_bound_ends_the_reading()
    {
        var reader = Reader($"data: one\n\ndata: {new string('x', 100_000)}\n\n", 50_000);

        await Assert.ThrowsAsync<MessageTooLargeException>(() => ReadAsync(reader));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_bound_is_of_one_event_and_not_of_the_stream()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 100; i++)
            text.Append("data: ").Append('x', 10_000).Append("\n\n");

        Assert.Equal(100, (await ReadAsync(Reader(text.ToString(), 50_000))).Count);
    }

    private static EventStreamReader Reader(string text, int maxBytes = 1_000_000) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), maxBytes);

    private static async Task<List<string>> ReadAsync(EventStreamReader reader)
    {
        var events = new List<string>();
        await foreach (var (type, data) in reader.ReadAllAsync(Cancelled))
            events.Add($"{type} {Encoding.UTF8.GetString(data.Span)}");
        return events;
    }
}
