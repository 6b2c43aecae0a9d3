using Microsoft.Extensions.Logging.Abstractions;
using Steward.Discovery;
using Steward.Events;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class AutoDiscoveryTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Machine _machine = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task What_is_new_is_told_every_hour_whatever_the_cache_remembers_and_a_failure_makes_nothing_new()
    {
        var asked = new SemaphoreSlim(0);
        var result = FakeSource.Servers("one");
        var source = new FakeSource("far", isRemote: true)
        {
            OnAsked = (_, _) =>
            {
                asked.Release();
                return result is { } found ? Task.FromResult(found) : Task.FromException<DiscoveryResult>(new DiscoveryException("away"));
            },
        };
        await using var bus = new EventBus(time: _machine.Time);
        var discovery = new ServerDiscovery([source], new MemoryDiscoveryCache(), new() { StandardSources = ["far"], CacheFor = TimeSpan.FromDays(1) }, NullLoggerFactory.Instance);
        await using var auto = new AutoDiscovery(discovery, _machine.Context, Hour, bus, NullLoggerFactory.Instance);
        await TickAsync(asked);

        result = null;
        _machine.Time.Advance(Hour);
        await TickAsync(asked);

        result = FakeSource.Servers("one", "two");
        var telling = bus.WaitForAsync(EventNames.ServersDiscovered, where: null, TimeSpan.FromDays(1), Cancelled);
        _machine.Time.Advance(Hour);

        var told = await telling;
        Assert.Equal((EventCategories.Discovery, 1, "two"), (told!.Category, told.Data.GetProperty("count").GetInt32(), told.Data.GetProperty("servers")[0].GetProperty("id").GetString()));
        Assert.Single(bus.History(new()));
        asked.Dispose();
    }

    [Fact(Timeout = 10_000)]
    public async Task A_look_that_goes_wrong_is_logged_and_the_next_one_comes()
    {
        using var asked = new SemaphoreSlim(0);
        var loggers = new FakeLoggerFactory();
        var result = new DiscoveryResult(new BrokenList(), []);
        var source = new FakeSource("near")
        {
            OnAsked = (_, _) =>
            {
                asked.Release();
                return Task.FromResult(result);
            },
        };
        await using var bus = new EventBus(time: _machine.Time);
        var discovery = new ServerDiscovery([source], new MemoryDiscoveryCache(), new() { StandardSources = ["near"] }, NullLoggerFactory.Instance);
        await using var auto = new AutoDiscovery(discovery, _machine.Context, Hour, bus, loggers);
        await TickAsync(asked);

        result = FakeSource.Servers("one");
        _machine.Time.Advance(Hour);
        await TickAsync(asked);
        result = FakeSource.Servers("one", "two");
        var telling = bus.WaitForAsync(EventNames.ServersDiscovered, where: null, TimeSpan.FromDays(1), Cancelled);
        _machine.Time.Advance(Hour);

        Assert.Equal(1, (await telling)!.Data.GetProperty("count").GetInt32());
        Assert.StartsWith("Error", await loggers.Sees(line => line.Contains("repeated at the next interval", StringComparison.Ordinal), Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_source_that_does_not_exist_is_named_once_and_nothing_is_asked()
    {
        var loggers = new FakeLoggerFactory();
        await using var bus = new EventBus(time: _machine.Time);
        var source = new FakeSource("near");
        var discovery = new ServerDiscovery([source], new MemoryDiscoveryCache(), new() { StandardSources = ["near", "nowhere"] }, NullLoggerFactory.Instance);

        await using (var auto = new AutoDiscovery(discovery, _machine.Context, Hour, bus, loggers))
            await loggers.Sees(line => line.Contains("There is no source 'nowhere'", StringComparison.Ordinal), Cancelled);

        Assert.Equal((0, 0), (source.Count, _machine.Time.ArmedTimers));
    }

    /// <summary>Waits until the look is over and the next one is armed.</summary>
    private async Task TickAsync(SemaphoreSlim asked)
    {
        await asked.WaitAsync(Cancelled);
        while (_machine.Time.ArmedTimers > 1) // the limit of the source's time; what remains is the next look
            await Task.Yield();
    }
}
