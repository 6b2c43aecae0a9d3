using Microsoft.Extensions.Logging.Abstractions;
using Steward.Discovery;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class ServerDiscoveryTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Machine _machine = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task A_source_that_fails_or_breaks_harms_no_other()
    {
        var broken = new FakeSource("broken") { OnAsked = (_, _) => throw new InvalidOperationException("a bug") };
        var discovery = Discovery(new FakeSource("sound").Finds("git"), new FakeSource("failing").Fails("it is away"), broken);

        var report = await DiscoverAsync(discovery);

        Assert.Equal([("sound", SourceState.Fresh), ("failing", SourceState.Failed), ("broken", SourceState.Failed)], report.Sources.Select(source => (source.Source, source.State)));
        Assert.Equal("git", Assert.Single(report.Servers).Id);
        Assert.Equal("failing: it is away.", Assert.Single(report.Sources[1].Problems));
        Assert.Contains("a bug", Assert.Single(report.Sources[2].Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_source_that_hangs_and_hears_nothing_is_left_behind_at_the_end_of_its_time()
    {
        var asked = new TaskCompletionSource();
        var hanging = new FakeSource("hanging")
        {
            OnAsked = async (_, _) =>
            {
                asked.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
                return DiscoveryResult.Empty;
            },
        };
        var discovering = DiscoverAsync(Discovery(hanging, new FakeSource("sound").Finds("git")));
        await asked.Task.WaitAsync(Cancelled);

        _machine.Time.Advance(TimeSpan.FromSeconds(10));

        var report = await discovering;
        Assert.Equal("hanging: did not answer within 10 s. Try again later.", Assert.Single(report.Sources[0].Problems));
        Assert.Single(report.Sources[1].Servers);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_remote_answer_is_remembered_until_it_expires_and_no_longer()
    {
        var source = new FakeSource("far", isRemote: true).Finds("one");
        var discovery = Discovery(source);
        await DiscoverAsync(discovery, "far");
        source.Finds("two");

        _machine.Time.Advance(Hour - TimeSpan.FromTicks(1));
        var remembered = (await DiscoverAsync(discovery, "far")).Sources[0];
        Assert.Equal((SourceState.Remembered, "one", FakeTimeProvider.Start), (remembered.State, remembered.Servers[0].Id, remembered.DiscoveredAt));

        _machine.Time.Advance(TimeSpan.FromTicks(1));
        var fresh = (await DiscoverAsync(discovery, "far")).Sources[0];
        Assert.Equal((SourceState.Fresh, "two", 2), (fresh.State, fresh.Servers[0].Id, source.Count));
    }

    [Fact(Timeout = 10_000)]
    public async Task Refresh_asks_anew_and_a_local_source_is_always_asked()
    {
        var (far, near) = (new FakeSource("far", isRemote: true).Finds("one"), new FakeSource("near").Finds("one"));
        var discovery = Discovery(far, near);
        await DiscoverAsync(discovery, "far", "near");
        far.Finds("two");
        near.Finds("two");

        Assert.Equal(["one", "two"], (await DiscoverAsync(discovery, "far", "near")).Servers.Select(server => server.Id));
        var refreshed = await discovery.DiscoverAsync(_machine.Context, new() { Sources = ["far"], Refresh = true }, Cancelled);
        Assert.Equal("two", Assert.Single(refreshed.Servers).Id);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_failure_is_never_remembered_as_nothing_and_the_old_answer_is_kept_with_its_age()
    {
        var source = new FakeSource("far", isRemote: true).Fails("it is away");
        var discovery = Discovery(source);
        Assert.Equal(SourceState.Failed, (await DiscoverAsync(discovery, "far")).Sources[0].State);

        source.Finds("one");
        Assert.Equal(SourceState.Fresh, (await DiscoverAsync(discovery, "far")).Sources[0].State);

        _machine.Time.Advance(Hour);
        source.Fails("it is away again");
        var stale = (await DiscoverAsync(discovery, "far")).Sources[0];
        Assert.Equal((SourceState.Stale, "one", FakeTimeProvider.Start), (stale.State, stale.Servers[0].Id, stale.DiscoveredAt));
        Assert.Equal("far: it is away again.", stale.Problems[0]);

        source.OnAsked = (_, _) => Task.FromResult(FakeSource.Servers("half") with { IsComplete = false });
        Assert.Equal((SourceState.Stale, "one"), ((await DiscoverAsync(discovery, "far")).Sources[0].State, (await DiscoverAsync(discovery, "far")).Sources[0].Servers[0].Id));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_clock_that_was_set_back_makes_no_answer_eternal()
    {
        var cache = new MemoryDiscoveryCache();
        var source = new FakeSource("far", isRemote: true).Finds("now");
        await cache.PutAsync(new("far", FakeSource.Servers("future"), _machine.Time.GetUtcNow() + TimeSpan.FromDays(300), _machine.Time.GetUtcNow() + TimeSpan.FromDays(301)), Cancelled);

        Assert.Equal("now", Assert.Single((await DiscoverAsync(Discovery(cache, source), "far")).Servers).Id);
    }

    [Fact(Timeout = 10_000)]
    public async Task Whoever_asks_the_same_at_one_time_shares_one_question()
    {
        var answer = new TaskCompletionSource<DiscoveryResult>();
        var source = new FakeSource("far", isRemote: true) { OnAsked = (_, _) => answer.Task };
        var discovery = Discovery(source);
        using var giveUp = new CancellationTokenSource();
        var first = discovery.DiscoverAsync(_machine.Context, new() { Sources = ["far"] }, giveUp.Token);
        var others = Enumerable.Range(0, 10).Select(_ => DiscoverAsync(discovery, "far")).ToList();

        await giveUp.CancelAsync(); // the first gives up, the others still get what it asked for
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(FakeSource.Servers("one"));

        Assert.All(await Task.WhenAll(others), report => Assert.Equal("one", Assert.Single(report.Servers).Id));
        Assert.Equal(1, source.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_query_is_searched_by_sources_that_can_and_filters_the_others()
    {
        var searching = new FakeSource("registry", isRemote: true, searches: true) { OnAsked = (context, _) => Task.FromResult(FakeSource.Servers(context.Query == "zzz" ? "noise" : $"{context.Query}-far", "noise")) };
        var discovery = Discovery(new FakeSource("near").Finds("Git", "time"), searching);

        Assert.Equal(["Git", "git-far"], (await discovery.DiscoverAsync(_machine.Context, new() { Query = " git " }, Cancelled)).Servers.Select(server => server.Id));
        Assert.Equal(["time", "time-far"], (await discovery.DiscoverAsync(_machine.Context, new() { Query = "time" }, Cancelled)).Servers.Select(server => server.Id));
        Assert.Empty((await discovery.DiscoverAsync(_machine.Context, new() { Query = "zzz" }, Cancelled)).Servers);
        Assert.Equal(["near"], (await discovery.DiscoverAsync(_machine.Context, new(), Cancelled)).Sources.Select(source => source.Source));
        await discovery.DiscoverAsync(_machine.Context, new() { Query = "GIT" }, Cancelled);
        Assert.Equal(3, searching.Count); // each question is remembered by itself
    }

    [Fact(Timeout = 10_000)]
    public async Task An_unknown_source_is_an_error_that_names_the_known_ones()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => DiscoverAsync(Discovery(new FakeSource("near")), "nearr"));

        Assert.Equal("There is no source 'nearr'. There are: near, github:ORG/REPOSITORY[/FOLDER].", error.Message);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_cache_that_fails_costs_a_question_and_no_answer()
    {
        var source = new FakeSource("far", isRemote: true).Finds("one");
        var discovery = Discovery(new BrokenCache(), source);

        Assert.Single((await DiscoverAsync(discovery, "far")).Servers);
        Assert.Single((await DiscoverAsync(discovery, "far")).Servers);
        Assert.Equal(2, source.Count);
    }

    private static ServerDiscovery Discovery(params IDiscoverySource[] sources) => Discovery(new MemoryDiscoveryCache(), sources);

    private static ServerDiscovery Discovery(IDiscoveryCache cache, params IDiscoverySource[] sources) => new(sources, cache, new(), NullLoggerFactory.Instance);

    private Task<DiscoveryReport> DiscoverAsync(ServerDiscovery discovery, params string[] sources) =>
        discovery.DiscoverAsync(_machine.Context, new() { Sources = sources.Length > 0 ? sources : null }, Cancelled);

    private sealed class BrokenCache : IDiscoveryCache
    {
        public ValueTask<CachedDiscovery?> GetAsync(string key, CancellationToken cancellationToken) => throw new IOException("unreadable");

        public ValueTask PutAsync(CachedDiscovery entry, CancellationToken cancellationToken) => throw new IOException("full");
    }
}
