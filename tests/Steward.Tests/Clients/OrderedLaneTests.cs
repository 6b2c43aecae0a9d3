using System.Threading.Channels;
using Steward.Clients;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Clients;

public sealed class OrderedLaneTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLoggerFactory _log = new();
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly OrderedLane _lane;

    public OrderedLaneTests() => _lane = new OrderedLane("a", _time, _log);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task An_end_waits_for_what_was_posted_before_and_for_nothing_else()
    {
        var goesOn = new TaskCompletionSource();
        Post("first", goesOn.Task);
        PostEnd("end");
        Post("second");

        Assert.Equal("first", await _heard.Reader.ReadAsync(Cancelled));
        Assert.False(_heard.Reader.TryPeek(out _));
        goesOn.SetResult();

        Assert.Equal(["end", "second"], [await _heard.Reader.ReadAsync(Cancelled), await _heard.Reader.ReadAsync(Cancelled)]);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_that_hangs_is_left_behind_also_where_it_blocks_its_thread(bool blocks)
    {
        using var goesOn = new ManualResetEventSlim();
        var never = new TaskCompletionSource();
        _lane.Post(
            () =>
            {
                if (blocks)
                    goesOn.Wait(Cancelled);
                return blocks ? Task.CompletedTask : never.Task;
            },
            1);
        PostEnd("end");

        while (!_heard.Reader.TryPeek(out _))
        {
            Cancelled.ThrowIfCancellationRequested();
            _time.Advance(OrderedLane.HandlerBound); // again, where the handler had not begun
            await Task.Yield();
        }

        await _log.Sees(line => line.StartsWith("Warning: Server 'a': a handler of notifications has not ended for 30 s", StringComparison.Ordinal), Cancelled);
        goesOn.Set();
        never.SetException(new InvalidOperationException("too late"));
        if (!blocks)
            await _log.Sees(line => line == "Warning: Server 'a': a handler failed", Cancelled);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_timeout_that_a_handler_throws_is_a_failure_of_it()
    {
        _lane.Post(static () => throw new TimeoutException(), 1);

        await _log.Sees(line => line == "Warning: Server 'a': a handler failed", Cancelled);
    }

    [Fact(Timeout = 10_000)]
    public async Task Beyond_its_bound_the_oldest_notifications_are_lost_and_no_end_is()
    {
        var goesOn = new TaskCompletionSource();
        Post("first", goesOn.Task);
        await _heard.Reader.ReadAsync(Cancelled);
        Post("second");
        PostEnd("end");
        Post("third", bytes: (int)OrderedLane.MostBytes);
        Post("fourth");
        await _log.Sees(line => line.StartsWith("Warning: Server 'a': the handlers of notifications are too slow", StringComparison.Ordinal), Cancelled);
        goesOn.SetResult();

        Assert.Equal(["end", "fourth"], [await _heard.Reader.ReadAsync(Cancelled), await _heard.Reader.ReadAsync(Cancelled)]);
    }

    [Fact(Timeout = 10_000)]
    public async Task Also_many_small_notifications_come_to_an_end()
    {
        var goesOn = new TaskCompletionSource();
        Post("first", goesOn.Task);
        await _heard.Reader.ReadAsync(Cancelled);
        for (var i = 0; i <= OrderedLane.MostNotifications; i++)
            Post($"{i}");
        goesOn.SetResult();

        Assert.Equal("1", await _heard.Reader.ReadAsync(Cancelled));
    }

    public void Dispose() => _log.Dispose();

    private void Post(string text, Task? until = null, int bytes = 1) => _lane.Post(
        () =>
        {
            _heard.Writer.TryWrite(text);
            return until ?? Task.CompletedTask;
        },
        bytes);

    private void PostEnd(string text) => _lane.Post(() => { _heard.Writer.TryWrite(text); });
}
