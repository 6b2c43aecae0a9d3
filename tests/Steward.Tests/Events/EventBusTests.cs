using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Steward.Events;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Events;

public sealed class EventBusTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Two_subscribers_of_one_name_are_each_served_by_their_own_filter()
    {
        await using var bus = new EventBus();
        var (important, ours) = (new Inbox(), new Inbox());
        await using var first = bus.Subscribe(new EventFilter { Names = ["a"], MinimumPriority = EventPriority.High }, important.Add);
        await using var second = bus.Subscribe(new EventFilter { Names = ["a"], Where = happened => happened.Source == "us" }, ours.Add);

        bus.Publish(Event("a", EventPriority.Low, source: "us"));
        bus.Publish(Event("a", EventPriority.Critical, source: "them"));
        bus.Publish(Event("a", EventPriority.Low, source: "them"));
        bus.Publish(Event("a", EventPriority.High, source: "us"));

        Assert.Equal([2, 4], await important.TakeNumbersAsync(2));
        Assert.Equal([1, 4], await ours.TakeNumbersAsync(2));
    }

    [Fact(Timeout = 10_000)]
    public async Task Category_name_and_priority_must_hold_together()
    {
        await using var bus = new EventBus();
        var inbox = new Inbox();
        await using var subscription = bus.Subscribe(new EventFilter { Categories = ["mcp", "user"], Names = ["a", "b"], MinimumPriority = EventPriority.Normal }, inbox.Add);

        bus.Publish(Event("a", category: "system"));
        bus.Publish(Event("c", category: "mcp"));
        bus.Publish(Event("a", EventPriority.Low, category: "mcp"));
        bus.Publish(Event("b", category: "user"));
        bus.Publish(Event("a", category: "mcp"));

        Assert.Equal([4, 5], await inbox.TakeNumbersAsync(2));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_never_returns_delays_neither_the_publisher_nor_another_handler()
    {
        await using var bus = new EventBus();
        var never = new TaskCompletionSource();
        var inbox = new Inbox();
        var stuck = bus.Subscribe(EventFilter.All, (_, _) => new ValueTask(never.Task));
        await using var quick = bus.Subscribe(EventFilter.All, inbox.Add);

        for (var i = 0; i < 100; i++)
            bus.Publish(Event("a"));

        for (var i = 1; i <= 100; i++)
            Assert.Equal(i, await inbox.NextAsync());
        never.SetResult();
        await stuck.DisposeAsync();
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_throws_hears_of_the_next_event_and_its_failures_are_counted_and_logged_once()
    {
        var loggers = new FakeLoggerFactory();
        await using var bus = new EventBus(loggers: loggers);
        var inbox = new Inbox();
        await using var subscription = bus.Subscribe(EventFilter.All, happened =>
        {
            inbox.Add(happened);
            throw new InvalidOperationException("no");
        });

        bus.Publish(Event("a"));
        bus.Publish(Event("b"));
        bus.Publish(Event("c"));

        Assert.Equal([1, 2, 3], await inbox.TakeNumbersAsync(3));
        await subscription.DisposeAsync();
        Assert.Equal(3, subscription.Failures);
        Assert.StartsWith("Error: A subscriber failed at event a", await loggers.Sees(_ => true, Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_condition_that_throws_is_the_failure_of_its_own_subscriber_only()
    {
        await using var bus = new EventBus();
        var inbox = new Inbox();
        await using var broken = bus.Subscribe(new EventFilter { Where = _ => throw new InvalidOperationException("no") }, _ => Assert.Fail("Nothing passes."));
        await using var sound = bus.Subscribe(EventFilter.All, inbox.Add);

        bus.Publish(Event("a"));

        Assert.Equal(1, await inbox.NextAsync());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_slow_subscriber_loses_the_least_important_first_and_is_told_how_many()
    {
        await using var bus = new EventBus(new EventBusOptions { QueueCapacity = 3 });
        var (gate, inbox) = (new TaskCompletionSource(), new Inbox());
        await using var slow = bus.Subscribe(EventFilter.All, async (happened, _) =>
        {
            inbox.Add(happened);
            await gate.Task;
        });
        bus.Publish(Event("first"));
        Assert.Equal(1, await inbox.NextAsync()); // at work from here on

        bus.Publish(Event("important", EventPriority.High)); // 2
        bus.Publish(Event("chatter", EventPriority.Low));
        bus.Publish(Event("normal")); // 4
        bus.Publish(Event("more chatter", EventPriority.Low)); // for 3
        bus.Publish(Event("normal, too")); // 6, for 5
        gate.SetResult();

        var told = await inbox.TakeAsync();
        Assert.Equal((EventNames.EventsDropped, 0, 2), (told.Name, told.Sequence, told.Data.GetProperty("count").GetInt32()));
        Assert.Equal([2, 4, 6], await inbox.TakeNumbersAsync(3));
        Assert.Equal(2, slow.Dropped);
        Assert.DoesNotContain(bus.History(new()), happened => happened.Name == EventNames.EventsDropped);
    }

    [Fact(Timeout = 30_000)]
    public async Task Whoever_publishes_at_one_time_each_event_is_delivered_once_and_in_the_order_of_its_number()
    {
        const int publishers = 8, each = 500;
        await using var bus = new EventBus(new EventBusOptions { QueueCapacity = publishers * each });
        var inbox = new Inbox();
        await using var subscription = bus.Subscribe(EventFilter.All, inbox.Add);

        await Task.WhenAll(Enumerable.Range(0, publishers).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
                bus.Publish(Event("a", (EventPriority)((i % 4) + 1)));
        }, Cancelled)));

        for (var i = 1; i <= publishers * each; i++)
            Assert.Equal(i, await inbox.NextAsync());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_subscription_lasts_although_nobody_holds_it()
    {
        await using var bus = new EventBus();
        var inbox = new Inbox();
        SubscribeAndForget(bus, inbox);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        bus.Publish(Event("a"));

        Assert.Equal(1, await inbox.NextAsync());
    }

    [Fact(Timeout = 10_000)]
    public async Task Once_disposed_a_subscription_hears_nothing_and_costs_nothing()
    {
        await using var bus = new EventBus();
        var heard = 0;
        var subscription = bus.Subscribe(EventFilter.All, _ => Interlocked.Increment(ref heard));
        await subscription.DisposeAsync();
        await subscription.DisposeAsync();

        bus.Publish(Event("a"));

        Assert.Equal((0, 0), (heard, bus.SubscriberCount));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_may_end_its_own_subscription_and_its_token_fires_when_others_do()
    {
        await using var bus = new EventBus();
        var done = new TaskCompletionSource();
        EventSubscription? itself = null;
        itself = bus.Subscribe(EventFilter.All, async (_, _) =>
        {
            await itself!.DisposeAsync();
            done.SetResult();
        });
        bus.Publish(Event("a"));
        await done.Task.WaitAsync(Cancelled);

        var begun = new TaskCompletionSource();
        var other = bus.Subscribe(EventFilter.All, async (_, ended) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ended);
        });
        bus.Publish(Event("b"));
        await begun.Task.WaitAsync(Cancelled);
        await other.DisposeAsync();
    }

    [Fact(Timeout = 10_000)]
    public async Task Waiting_gives_the_first_event_that_meets_the_condition()
    {
        await using var bus = new EventBus();
        bus.Publish(Event("a", source: "us")); // too early to be waited for
        var waiting = bus.WaitForAsync("a", happened => happened.Source == "us", TimeSpan.FromMinutes(1), Cancelled);

        bus.Publish(Event("a", source: "them"));
        bus.Publish(Event("b", source: "us"));
        bus.Publish(Event("a", source: "us"));

        Assert.Equal(4, (await waiting)?.Sequence);
    }

    [Fact(Timeout = 10_000)]
    public async Task Waiting_ends_with_nothing_when_the_time_is_up_and_leaves_no_subscriber()
    {
        var time = new FakeTimeProvider();
        await using var bus = new EventBus(time: time);
        var waiting = bus.WaitForAsync("a", where: null, TimeSpan.FromSeconds(5), Cancelled);

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(await waiting);
        Assert.Equal((0, 0), (bus.SubscriberCount, time.ArmedTimers));
    }

    [Fact(Timeout = 10_000)]
    public async Task Waiting_that_is_given_up_says_so()
    {
        await using var bus = new EventBus();
        using var giveUp = new CancellationTokenSource();
        var waiting = bus.WaitForAsync("a", where: null, TimeSpan.FromMinutes(1), giveUp.Token);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_history_is_bounded_and_gives_the_newest_that_were_asked_for()
    {
        var time = new FakeTimeProvider();
        await using var bus = new EventBus(new EventBusOptions { HistoryCapacity = 4 }, time);
        for (var i = 0; i < 6; i++)
        {
            bus.Publish(Event(i % 2 == 0 ? "even" : "odd", i < 3 ? EventPriority.Low : EventPriority.High, category: "mcp"));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([3, 4, 5, 6], Numbers(new()));
        Assert.Equal([3, 5], Numbers(new() { Name = "even" }));
        Assert.Equal([], Numbers(new() { Category = "user" }));
        Assert.Equal([4, 5, 6], Numbers(new() { MinimumPriority = EventPriority.High }));
        Assert.Equal([5, 6], Numbers(new() { Since = FakeTimeProvider.Start + TimeSpan.FromSeconds(4) }));
        Assert.Equal([6], Numbers(new() { Limit = 1 }));

        IEnumerable<long> Numbers(EventQuery query) => bus.History(query).Select(happened => happened.Sequence);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_newcomer_that_matters_less_than_all_that_waits_is_what_is_dropped()
    {
        await using var bus = new EventBus(new EventBusOptions { QueueCapacity = 2 });
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync(); // it listens from here on
        bus.Publish(Event("first"));
        Assert.True(await next);

        bus.Publish(Event("important", EventPriority.High)); // 2
        bus.Publish(Event("important, too", EventPriority.High)); // 3
        bus.Publish(Event("chatter", EventPriority.Low));
        bus.Publish(Event("normal"));

        Assert.True(await events.MoveNextAsync());
        Assert.Equal((EventNames.EventsDropped, 2), (events.Current.Name, events.Current.Data.GetProperty("count").GetInt32()));
        foreach (var number in (long[])[2, 3])
        {
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(number, events.Current.Sequence);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task Chatter_does_not_push_what_matters_out_of_the_history_nor_the_other_way_round()
    {
        await using var bus = new EventBus(new EventBusOptions { HistoryCapacity = 8 });
        bus.Publish(Event("important", EventPriority.High)); // 1
        bus.Publish(Event("normal")); // 2
        for (var i = 0; i < 100; i++)
            bus.Publish(Event("chatter", EventPriority.Low)); // to 102
        Assert.Equal([1, 2, 97, 98, 99, 100, 101, 102], Numbers());

        for (var i = 0; i < 100; i++)
            bus.Publish(Event("important", EventPriority.High)); // to 202
        Assert.Equal([2, 101, 102, 198, 199, 200, 201, 202], Numbers());

        IEnumerable<long> Numbers() => bus.History(new()).Select(happened => happened.Sequence);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_reader_hears_all_of_the_history_however_little_waits_for_a_subscriber()
    {
        await using var bus = new EventBus(new EventBusOptions { QueueCapacity = 1, HistoryCapacity = 10 });
        for (var i = 0; i < 10; i++)
            bus.Publish(Event("a"));
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        for (var number = 1; number <= 10; number++)
        {
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(number, events.Current.Sequence);
        }
    }

    [Fact]
    public void A_capacity_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventBus(new EventBusOptions { QueueCapacity = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventBus(new EventBusOptions { HistoryCapacity = -1 }));
        var without = new EventBus(new EventBusOptions { HistoryCapacity = 0 });
        without.Publish(Event("a"));
        Assert.Empty(without.History(new()));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_reader_that_begins_in_the_past_sees_no_gap_and_nothing_twice()
    {
        await using var bus = new EventBus(new EventBusOptions { QueueCapacity = 10_000, HistoryCapacity = 10_000 });
        for (var i = 0; i < 100; i++)
            bus.Publish(Event("a"));
        var publishing = Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
                bus.Publish(Event("a"));
        }, Cancelled);

        long expected = 41;
        await foreach (var happened in bus.ReadAsync(EventFilter.All, after: 40, Cancelled))
        {
            Assert.Equal(expected++, happened.Sequence);
            if (happened.Sequence == 1100)
                break;
        }

        await publishing;
        Assert.Equal(0, bus.SubscriberCount);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_disposed_bus_ends_its_readers_and_ignores_what_is_still_published()
    {
        var bus = new EventBus();
        var waiting = bus.WaitForAsync("a", where: null, TimeSpan.FromMinutes(1), Cancelled);
        await bus.DisposeAsync();
        await bus.DisposeAsync();

        Assert.Null(await waiting);
        Assert.Equal(0, bus.Publish(Event("a")).Sequence);
        Assert.Throws<ObjectDisposedException>(() => bus.Subscribe(EventFilter.All, _ => { }));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubscribeAndForget(EventBus bus, Inbox inbox) => _ = bus.Subscribe(EventFilter.All, inbox.Add);

    private static StewardEvent Event(string name, EventPriority priority = EventPriority.Normal, string category = "test", string? source = null) =>
        new() { Name = name, Category = category, Priority = priority, Source = source };

    /// <summary>What a handler was given, to be waited for.</summary>
    private sealed class Inbox
    {
        private readonly Channel<StewardEvent> _events = Channel.CreateUnbounded<StewardEvent>();

        public void Add(StewardEvent happened) => _events.Writer.TryWrite(happened);

        public ValueTask<StewardEvent> TakeAsync() => _events.Reader.ReadAsync(Cancelled);

        public async Task<long> NextAsync() => (await TakeAsync()).Sequence;

        public async Task<IReadOnlyList<long>> TakeNumbersAsync(int count)
        {
            var numbers = new List<long>();
            while (numbers.Count < count)
                numbers.Add(await NextAsync());
            return numbers;
        }
    }
}
