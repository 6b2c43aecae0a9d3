using Steward.Events;
using Xunit;

namespace Steward.Tests.Events;

public sealed class EventFilterTests
{
    [Fact(Timeout = 10_000)]
    public async Task A_filter_is_what_it_was_when_it_was_given_and_fails_nobody_who_publishes()
    {
        await using var bus = new EventBus();
        var heard = new TaskCompletionSource<StewardEvent>();
        var names = new List<string> { "a" };
        await using var subscription = bus.Subscribe(new EventFilter { Names = names }, happened => heard.TrySetResult(happened));
        names[0] = "b";

        bus.Publish(new StewardEvent { Name = "b", Category = "test" });
        bus.Publish(new StewardEvent { Name = "a", Category = "test" });

        Assert.Equal(2, (await heard.Task.WaitAsync(TestContext.Current.CancellationToken)).Sequence);
    }
}
