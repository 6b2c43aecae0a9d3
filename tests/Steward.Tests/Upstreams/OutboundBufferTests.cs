using System.Text;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class OutboundBufferTests
{
    private const int MiB = 1024 * 1024;

    [Fact(Timeout = 60_000)]
    public async Task Every_sender_keeps_its_order_and_no_line_is_lost_or_torn()
    {
        const int senders = 32;
        const int each = 1000;
        var stream = new GatedStream();
        var buffer = new OutboundBuffer(stream);

        await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                await buffer.SendAsync(Message($"{sender}:{i}:{new string('x', i % 300)}"), default);
        })));
        await buffer.SendAsync(Message("last"), default);

        var lines = stream.Lines;
        Assert.Equal((senders * each) + 1, lines.Length);
        Assert.False(stream.WasCrossed);
        for (var sender = 0; sender < senders; sender++)
        {
            var mine = lines.Where(line => line.StartsWith($"{sender}:", StringComparison.Ordinal)).ToArray();
            Assert.Equal(Enumerable.Range(0, each).Select(i => $"{sender}:{i}:{new string('x', i % 300)}"), mine);
        }

        await buffer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task When_the_other_side_takes_nothing_senders_wait_and_go_on_in_their_order()
    {
        var stream = new GatedStream(open: false);
        var buffer = new OutboundBuffer(stream);
        var filler = new string('f', MiB / 2);
        await buffer.SendAsync(Message(filler), default); // goes into the write that hangs
        await buffer.SendAsync(Message(filler), default); // into the queue behind it
        await buffer.SendAsync(Message("small"), default);

        // No room for the large one; the small ones after it would fit, but may not overtake.
        var waiting = new List<Task> { buffer.SendAsync(Message($"request {filler}"), default).AsTask() };
        for (var i = 0; i < 20; i++)
            waiting.Add(buffer.SendAsync(Message($"{i}"), default).AsTask());
        Assert.DoesNotContain(waiting, task => task.IsCompleted);

        stream.Open();
        await Task.WhenAll(waiting);
        await buffer.SendAsync(Message("end"), default);

        Assert.Equal([filler, filler, "small", $"request {filler}", .. Enumerable.Range(0, 20).Select(i => $"{i}"), "end"], stream.Lines);
        await buffer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_message_larger_than_the_queue_may_be_is_sent_when_the_queue_is_empty()
    {
        var stream = new GatedStream();
        var buffer = new OutboundBuffer(stream);
        var large = new string('l', 5 * MiB);

        await buffer.SendAsync(Message("a"), default);
        await buffer.SendAsync(Message(large), default);
        await buffer.SendAsync(Message("b"), default);

        Assert.Equal(["a", large, "b"], stream.Lines);
        await buffer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Closing_ends_the_write_under_way_and_fails_all_who_wait_and_all_who_come()
    {
        var stream = new GatedStream(open: false);
        var buffer = new OutboundBuffer(stream);
        await buffer.SendAsync(Message("hangs"), default);
        await buffer.SendAsync(Message(new string('f', MiB)), default);
        var waiting = Enumerable.Range(0, 50).Select(i => buffer.SendAsync(Message($"waits {i}"), default).AsTask()).ToArray();

        await buffer.DisposeAsync();

        foreach (var task in waiting)
            await Assert.ThrowsAsync<LinkClosedException>(() => task);
        await Assert.ThrowsAsync<LinkClosedException>(() => SendAsync(buffer, "late"));
        await buffer.DisposeAsync();
        Assert.Empty(stream.Taken);
        Assert.False(buffer.Broken.IsCompleted);
    }

    [Fact(Timeout = 60_000)]
    public async Task When_the_other_side_is_gone_senders_are_told()
    {
        var stream = new GatedStream(open: false);
        var buffer = new OutboundBuffer(stream);
        await buffer.SendAsync(Message("hangs"), default);
        await buffer.SendAsync(Message(new string('f', MiB)), default);
        var waiting = buffer.SendAsync(Message("waits"), default).AsTask();

        await stream.DisposeAsync(); // as a pipe whose reader died

        await Assert.ThrowsAsync<LinkClosedException>(() => waiting);
        await Assert.ThrowsAsync<LinkClosedException>(() => SendAsync(buffer, "late"));
        Assert.Equal("Broken pipe", (await buffer.Broken).Message);
        await buffer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Closing_amid_32_senders_loses_nobody_and_tears_no_line()
    {
        var stream = new GatedStream();
        var buffer = new OutboundBuffer(stream);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = 0;
        var senders = Enumerable.Range(0, 32).Select(sender => Task.Run(async () =>
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await buffer.SendAsync(Message($"<{sender}:{i}>"), default);
                    if (Interlocked.Increment(ref sent) >= 5000 && stream.HasTaken)
                        go.TrySetResult();
                }
            }
            catch (LinkClosedException)
            {
                // The only way out.
            }
        })).ToArray();

        await go.Task;
        await buffer.DisposeAsync();
        await Task.WhenAll(senders);

        Assert.All(stream.Lines, line => Assert.True(line is ['<', .., '>'], line));
        Assert.EndsWith("\n", stream.Taken, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Calls_that_are_given_up_while_they_wait_are_never_sent_and_do_not_pile_up()
    {
        var stream = new GatedStream(open: false);
        var buffer = new OutboundBuffer(stream);
        await buffer.SendAsync(Message("hangs"), default);
        await buffer.SendAsync(Message(new string('f', MiB)), default);
        var kept = buffer.SendAsync(Message("wanted"), default, new RecordingCall());
        var sends = new List<Task>();
        for (var i = 0; i < 10_000; i++)
        {
            var call = new RecordingCall();
            sends.Add(buffer.SendAsync(Message($"unwanted {i}"), default, call).AsTask());
            call.IsWithdrawn = true;
        }

        Assert.InRange(sends.Count(send => !send.IsCompleted), 1, 128); // the stream took nothing: these alone still wait
        Assert.False(kept.IsCompleted);

        stream.Open();
        await kept;
        await Task.WhenAll(sends);
        await buffer.SendAsync(Message("end"), default);
        Assert.Equal(["hangs", new string('f', MiB), "wanted", "end"], stream.Lines);
        await buffer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sender_that_may_have_company_leaves_the_write_to_the_pool()
    {
        var stream = new GatedStream();
        var buffer = new OutboundBuffer(stream);
        var sender = new Thread(() =>
        {
            for (var i = 0; i < 100; i++)
                _ = buffer.SendAsync(Message($"{i}"), default, mayGather: true).AsTask();
        });
        sender.Start();
        var numbers = Enumerable.Range(0, 100).Select(i => $"{i}");
        while (!stream.Lines.SequenceEqual(numbers))
            await Task.Yield();

        Assert.DoesNotContain(sender.ManagedThreadId, stream.Writers);
        await buffer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_left_to_the_pool_is_written_before_the_stream_is_closed()
    {
        for (var round = 0; round < 200; round++) // the pool may have been faster
        {
            var stream = new GatedStream();
            var buffer = new OutboundBuffer(stream);
            await buffer.SendAsync(Message("last words"), default, mayGather: true);
            await buffer.DisposeAsync();

            Assert.Equal(["last words"], stream.Lines);
        }
    }

    private static async Task SendAsync(OutboundBuffer buffer, string text) => await buffer.SendAsync(Message(text), default);

    private static byte[] Message(string text) => Encoding.UTF8.GetBytes(text);
}
