using System.Buffers;
using System.Text;
using Steward.Gateway;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class EventStreamTests
{
    private static readonly EventStreamLimits Small = new(UnsentBytes: 1000, DropsOldest: false, ReplayEvents: 3, ReplayBytes: 1000);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_reader_too_slow_is_told_so_and_nothing_is_kept_for_it()
    {
        var stream = new EventStream(1, Small);
        Assert.True(stream.TryAttach(0, out var reader));

        for (var i = 0; i < 20; i++)
            stream.Append(Frame(new string('x', 100)));

        Assert.Equal(StreamSignal.Overflowed, await stream.WaitAsync(reader, Cancelled));
        Assert.False(stream.TryWriteNext(reader, new ArrayBufferWriter<byte>()));
        Assert.False(stream.TryAttach(0, out _));
    }

    [Fact(Timeout = 30_000)]
    public async Task News_that_nobody_fetches_give_way_to_newer_ones()
    {
        var stream = new EventStream(0, Small with { DropsOldest = true });
        for (var i = 0; i < 20; i++)
            stream.Append(Frame($"{i:00}{new string('x', 98)}"));
        Assert.True(stream.TryAttach(null, out var reader));

        Assert.Equal(StreamSignal.Events, await stream.WaitAsync(reader, Cancelled));
        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"{i:00}"), Read(stream, reader).Select(data => data[..2]));
    }

    [Fact]
    public void One_message_of_any_size_has_room()
    {
        var stream = new EventStream(1, Small);
        stream.Append(Frame(new string('x', 100_000)));

        Assert.True(stream.TryAttach(0, out var reader));
        Assert.Single(Read(stream, reader));
    }

    [Fact]
    public void Only_what_is_still_kept_can_be_read_again()
    {
        var stream = new EventStream(1, Small);
        for (var i = 1; i <= 5; i++)
            stream.Append(Frame($"{i}"));
        Assert.True(stream.TryAttach(0, out var reader));
        Assert.Equal(5, Read(stream, reader).Count);

        Assert.False(stream.TryAttach(1, out _));
        Assert.False(stream.TryAttach(6, out _));
        Assert.True(stream.TryAttach(2, out var again));
        Assert.Equal(["3", "4", "5"], Read(stream, again));
        stream.Append(Frame("6"));
        Assert.Equal(["6"], Read(stream, again));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_new_reader_detaches_the_old_one()
    {
        var stream = new EventStream(1, Small);
        Assert.True(stream.TryAttach(0, out var old));
        var waiting = stream.WaitAsync(old, Cancelled).AsTask();

        Assert.True(stream.TryAttach(0, out var young));
        stream.Append(Frame("1"));

        Assert.Equal(StreamSignal.Detached, await waiting);
        Assert.Empty(Read(stream, old));
        stream.Release(old);
        Assert.True(stream.IsBeingRead);
        Assert.Equal(["1"], Read(stream, young));
    }

    [Fact]
    public void A_finished_stream_is_for_replay_only_once_its_reader_has_gone()
    {
        var stream = new EventStream(1, Small);
        stream.Append(Frame("result"));
        stream.Complete(timestamp: 0);
        Assert.Null(stream.KeptSince); // its reader is still to come

        Assert.True(stream.TryAttach(0, out var reader));
        Assert.Null(stream.KeptSince);
        stream.Release(reader);

        Assert.Equal(0, stream.KeptSince);
    }

    private static List<string> Read(EventStream stream, int reader)
    {
        var events = new List<string>();
        var buffer = new ArrayBufferWriter<byte>();
        while (stream.TryWriteNext(reader, buffer))
        {
            events.Add(Encoding.UTF8.GetString(buffer.WrittenSpan).Split("data: ")[1].TrimEnd('\n'));
            buffer.ResetWrittenCount();
        }

        return events;
    }

    private static RentedFrame Frame(string text) => RentedFrame.Copy(Encoding.UTF8.GetBytes(text));
}
