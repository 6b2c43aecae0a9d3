using Steward.Configuration;
using Steward.Registry;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>What every store of the registry does, whatever it keeps it in.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private protected FakeTimeProvider Time { get; } = new();

    private protected IRegistryStore Store { get; private set; } = null!;

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => Time.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        Store = Create(new HistoryConfig { MaxAge = TimeSpan.FromDays(1), MaxRows = 50 });
        await Store.OpenAsync(Cancelled);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract IRegistryStore Create(HistoryConfig retention);

    [Fact(Timeout = 30_000)]
    public async Task A_server_comes_back_as_it_was_added()
    {
        var config = Samples.Server("files") with
        {
            Args = ["-y", "a b", "\"quoted\" \u2028 ö"],
            Env = new Dictionary<string, string> { ["TOKEN"] = "${env:TOKEN}", ["PLAIN"] = "secret" },
            BaseDirectory = "/srv/things",
        };
        var server = new RegisteredServer(config, "cli", Now, Now);

        Assert.True(await Store.Servers.AddAsync(server, Cancelled));

        var content = await Store.Servers.ReadAsync(Cancelled);
        Assert.Empty(content.Unreadable);
        var kept = Assert.Single(content.Servers);
        Samples.Equal(config, kept.Config);
        Assert.Equal((server.Source, server.Created, server.Updated), (kept.Source, kept.Created, kept.Updated));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_second_server_of_an_id_is_refused_and_the_first_stays()
    {
        await Store.Servers.AddAsync(Registered("files", "first"), Cancelled);

        Assert.False(await Store.Servers.AddAsync(Registered("files", "second"), Cancelled));

        Assert.Equal("first", Assert.Single((await Store.Servers.ReadAsync(Cancelled)).Servers).Source);
    }

    [Fact(Timeout = 30_000)]
    public async Task Ids_differ_by_case()
    {
        Assert.True(await Store.Servers.AddAsync(Registered("files"), Cancelled));
        Assert.True(await Store.Servers.AddAsync(Registered("Files"), Cancelled));

        Assert.Equal(["files", "Files"], await IdsAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task Servers_are_listed_in_the_order_in_which_they_were_added()
    {
        foreach (var id in (string[])["z", "a", "m"])
            await Store.Servers.AddAsync(Registered(id), Cancelled);
        await Store.Servers.UpdateAsync(Registered("a", "changed"), Cancelled);
        await Store.Servers.RemoveAsync("z", Cancelled);
        await Store.Servers.AddAsync(Registered("z"), Cancelled);

        Assert.Equal(["a", "m", "z"], await IdsAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_change_keeps_when_a_server_was_added()
    {
        await Store.Servers.AddAsync(Registered("files"), Cancelled);
        var added = Now;
        Time.Advance(TimeSpan.FromHours(1));

        Assert.True(await Store.Servers.UpdateAsync(new RegisteredServer(Samples.Server("files") with { Command = "other" }, "api", Now, Now), Cancelled));

        var kept = Assert.Single((await Store.Servers.ReadAsync(Cancelled)).Servers);
        Assert.Equal(("other", "api", added, Now), (kept.Config.Command, kept.Source, kept.Created, kept.Updated));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_not_there_cannot_be_changed_or_removed()
    {
        Assert.False(await Store.Servers.UpdateAsync(Registered("nobody"), Cancelled));
        Assert.False(await Store.Servers.RemoveAsync("nobody", Cancelled));
        Assert.Empty(await IdsAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_removed_server_is_gone_and_its_history_stays_readable()
    {
        await Store.Servers.AddAsync(Registered("files"), Cancelled);
        Store.History.Connected("files", Now);
        Store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Removed, Now));

        Assert.True(await Store.Servers.RemoveAsync("files", Cancelled));

        Assert.Empty(await IdsAsync());
        Assert.Single(await EventsAsync(new HistoryQuery { Server = "files" }));
        Assert.Single(await ConnectionsAsync(new HistoryQuery { Server = "files" }));
    }

    [Fact(Timeout = 30_000)]
    public async Task Overrides_are_kept_changed_and_taken_back()
    {
        await Store.Servers.OverrideAsync("a", true, Cancelled);
        await Store.Servers.OverrideAsync("b", false, Cancelled);
        await Store.Servers.OverrideAsync("a", false, Cancelled);
        await Store.Servers.OverrideAsync("b", null, Cancelled);
        await Store.Servers.OverrideAsync("c", null, Cancelled);

        Assert.Equal([new("a", false)], (await Store.Servers.ReadAsync(Cancelled)).Overrides);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_has_one_row_with_its_duration_and_how_it_ended()
    {
        Store.History.Connected("files", Now);
        var connected = Now;
        var open = Assert.Single(await ConnectionsAsync(new HistoryQuery()));
        Assert.Equal((ConnectionOutcome.Open, null, null), (open.Outcome, open.Disconnected, open.Duration));
        Time.Advance(TimeSpan.FromSeconds(90));

        Store.History.Disconnected("files", Now, ConnectionOutcome.Failed, "exit code 3");

        var ended = Assert.Single(await ConnectionsAsync(new HistoryQuery()));
        Assert.Equal(new ConnectionRecord("files", connected, ConnectionOutcome.Failed, Now, "exit code 3") { Id = open.Id }, ended);
        Assert.Equal(TimeSpan.FromSeconds(90), ended.Duration);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failed_connection_has_its_time_and_its_error()
    {
        Store.History.NotConnected("files", Now, "no such program");

        var row = Assert.Single(await ConnectionsAsync(new HistoryQuery()));
        Assert.Equal((ConnectionOutcome.NotConnected, Now, TimeSpan.Zero, "no such program"), (row.Outcome, row.Connected, row.Duration, row.Error));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_has_one_open_connection_and_an_end_concerns_that_one_alone()
    {
        Store.History.Connected("files", Now);
        Store.History.Connected("memory", Now);
        Store.History.Connected("files", Now);
        Store.History.Disconnected("files", Now, ConnectionOutcome.Stopped, null);
        Store.History.Disconnected("files", Now, ConnectionOutcome.Failed, "late echo");
        Store.History.Disconnected("nobody", Now, ConnectionOutcome.Stopped, null);

        var rows = await ConnectionsAsync(new HistoryQuery());
        Assert.Equal(
            [("files", ConnectionOutcome.Stopped, null), ("memory", ConnectionOutcome.Open, null), ("files", ConnectionOutcome.Failed, "its end went unseen")],
            rows.Select(row => (row.Server, row.Outcome, row.Error)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Events_come_newest_first_and_page_by_page_without_gap_or_repetition()
    {
        for (var i = 0; i < 25; i++)
            Store.History.Record(new LifecycleEvent(i % 2 == 0 ? "even" : "odd", LifecycleEventKind.Started, Now, $"{i}"));

        List<string?> all = [], odd = [];
        for (long? before = null; await EventsAsync(new HistoryQuery { Limit = 7, Before = before }) is [.., var last] page; before = last.Id)
            all.AddRange(page.Select(row => row.Detail));
        for (long? before = null; await EventsAsync(new HistoryQuery { Server = "odd", Limit = 5, Before = before }) is [.., var last] page; before = last.Id)
            odd.AddRange(page.Select(row => row.Detail));

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"{i}"), all);
        Assert.Equal(Enumerable.Range(0, 25).Where(i => i % 2 == 1).Reverse().Select(i => $"{i}"), odd);
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_kind_of_event_and_every_outcome_survives()
    {
        foreach (var kind in Enum.GetValues<LifecycleEventKind>())
            Store.History.Record(new LifecycleEvent("files", kind, Now));
        foreach (var outcome in Enum.GetValues<ConnectionOutcome>().Where(outcome => outcome is not (ConnectionOutcome.Open or ConnectionOutcome.NotConnected)))
        {
            Store.History.Connected("files", Now);
            Store.History.Disconnected("files", Now, outcome, null);
        }

        Assert.Equal(Enum.GetValues<LifecycleEventKind>().Reverse(), (await EventsAsync(new HistoryQuery())).Select(row => row.Kind));
        Assert.Equal([ConnectionOutcome.ManagerEnded, ConnectionOutcome.Failed, ConnectionOutcome.Stopped], (await ConnectionsAsync(new HistoryQuery())).Select(row => row.Outcome));
    }

    [Fact(Timeout = 30_000)]
    public async Task History_is_cleared_of_one_server_or_of_all_but_never_an_open_connection()
    {
        foreach (var id in (string[])["a", "b"])
        {
            Store.History.Record(new LifecycleEvent(id, LifecycleEventKind.Started, Now));
            Store.History.NotConnected(id, Now, "no");
            Store.History.Connected(id, Now);
        }

        await Store.FlushAsync(Cancelled);
        Assert.Equal(2, await Store.History.ClearAsync("a", Cancelled));
        Assert.Equal(["b"], (await EventsAsync(new HistoryQuery())).Select(row => row.Server));
        Assert.Equal(["b", "b", "a"], (await ConnectionsAsync(new HistoryQuery())).Select(row => row.Server));
        Assert.Equal(2, await Store.History.ClearAsync(null, Cancelled));
        Assert.Equal(0, await Store.History.ClearAsync(null, Cancelled));
        Assert.Empty(await EventsAsync(new HistoryQuery()));
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.Open], (await ConnectionsAsync(new HistoryQuery())).Select(row => row.Outcome));
    }

    [Fact(Timeout = 30_000)]
    public async Task History_is_bounded_by_count()
    {
        for (var i = 0; i < 120; i++)
        {
            Store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, Now, $"{i}"));
            Store.History.NotConnected("files", Now, $"{i}");
        }

        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Enumerable.Range(70, 50).Reverse().Select(i => $"{i}"), (await EventsAsync(new HistoryQuery())).Select(row => row.Detail));
        Assert.Equal(Enumerable.Range(70, 50).Reverse().Select(i => $"{i}"), (await ConnectionsAsync(new HistoryQuery())).Select(row => row.Error));
    }

    [Fact(Timeout = 30_000)]
    public async Task History_is_bounded_by_age()
    {
        Store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, Now, "old"));
        Store.History.NotConnected("files", Now, "old");
        Time.Advance(TimeSpan.FromHours(25));
        Store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, Now, "new"));
        Store.History.NotConnected("files", Now, "new");
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("new", Assert.Single(await EventsAsync(new HistoryQuery())).Detail);
        Assert.Equal("new", Assert.Single(await ConnectionsAsync(new HistoryQuery())).Error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Less_history_is_kept_from_the_moment_on_at_which_that_is_said()
    {
        for (var i = 0; i < 40; i++)
        {
            Store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, Now, $"{i}"));
            Store.History.NotConnected("files", Now, $"{i}");
        }

        Store.History.Retain(new HistoryConfig { MaxAge = TimeSpan.FromDays(1), MaxRows = 3 });

        Assert.Equal(["39", "38", "37"], (await EventsAsync(new HistoryQuery())).Select(row => row.Detail));
        Assert.Equal(["39", "38", "37"], (await ConnectionsAsync(new HistoryQuery())).Select(row => row.Error));

        Time.Advance(TimeSpan.FromHours(2));
        Store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, Now, "new"));
        Store.History.Retain(new HistoryConfig { MaxAge = TimeSpan.FromHours(1), MaxRows = 3 });

        Assert.Equal(["new"], (await EventsAsync(new HistoryQuery())).Select(row => row.Detail));
        Assert.Empty(await ConnectionsAsync(new HistoryQuery()));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_that_lasts_stays_however_old_it_is_and_however_many_came_after()
    {
        Store.History.Connected("files", Now);
        Time.Advance(TimeSpan.FromDays(3));
        for (var i = 0; i < 60; i++)
            Store.History.NotConnected("memory", Now, "refused");
        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(("files", ConnectionOutcome.Open), (await ConnectionsAsync(new HistoryQuery { Server = "files" })).Select(row => (row.Server, row.Outcome)).Single());
        Store.History.Disconnected("files", Now, ConnectionOutcome.Stopped, null);
        Assert.Equal(TimeSpan.FromDays(3) + TimeSpan.FromMinutes(2), (await ConnectionsAsync(new HistoryQuery { Server = "files" })).Single().Duration);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_memory_is_good_for_one_definition()
    {
        Store.Memory.Keep(new ServerMemory("files", "one", Era: "Modern"));
        Store.Memory.Keep(new ServerMemory("files", "one", Catalogue: "{}"u8.ToArray()));
        Store.Memory.Keep(new ServerMemory("memory", "m", Era: "Legacy"));
        await Store.FlushAsync(Cancelled);
        var files = await Store.Memory.ReadMemoryAsync("files", Cancelled);
        Assert.Equal(("one", "Modern", "{}"), (files!.Digest, files.Era, System.Text.Encoding.UTF8.GetString(files.Catalogue.Span)));
        Assert.Equal([("files", "Modern"), ("memory", "Legacy")], (await Store.Memory.ReadMemoriesAsync(Cancelled)).Select(memory => (memory.Server, memory.Era)).Order());

        Store.Memory.Keep(new ServerMemory("files", "two", Catalogue: "{}"u8.ToArray()));
        Store.Memory.Forget("memory");
        await Store.FlushAsync(Cancelled);

        var only = Assert.Single(await Store.Memory.ReadMemoriesAsync(Cancelled));
        Assert.Equal(("files", "two", null), (only.Server, only.Digest, only.Era));
        Assert.Null(await Store.Memory.ReadMemoryAsync("memory", Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public void A_digest_is_the_same_for_equal_definitions_only()
    {
        var digest = Store.Memory.DigestOf(Samples.Server("files"));

        Assert.Equal(digest, Store.Memory.DigestOf(Samples.Server("files")));
        Assert.NotEqual(digest, Store.Memory.DigestOf(Samples.Server("files") with { Args = ["x"] }));
        Assert.NotEqual(digest, Store.Memory.DigestOf(Samples.Server("files") with { BaseDirectory = "/elsewhere" }));
        Assert.NotEqual(digest, Store.Memory.DigestOf(Samples.Server("files") with { Tools = new ToolFilter { Deny = ["x"] } }));
    }

    [Fact(Timeout = 30_000)]
    public void A_digest_stays_the_same_where_a_definition_changes_in_what_needs_no_restart()
    {
        var server = Samples.Server("files");
        var other = server with
        {
            Name = "other",
            Disabled = true,
            QueueTimeout = TimeSpan.FromSeconds(1),
            Start = ServerStart.Lazy,
            Health = new() { Timeout = TimeSpan.FromSeconds(1) },
            RestartPolicy = new() { InitialDelay = TimeSpan.FromSeconds(9) },
            Shutdown = new() { Grace = TimeSpan.FromSeconds(9) },
        };

        Assert.False(ServerDifferences.Between(server, other).NeedsRestart);
        Assert.Equal(Store.Memory.DigestOf(server), Store.Memory.DigestOf(other));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_source_gave_is_kept_with_its_expiry_until_it_gives_something_else()
    {
        Assert.Null(await Store.Memory.FindDiscoveryAsync("npm", Cancelled));

        Store.Memory.Keep(new DiscoveryRow("npm", "[1]"u8.ToArray(), Now, Now.AddHours(1)));
        Store.Memory.Keep(new DiscoveryRow("npm", "[2]"u8.ToArray(), Now, Now.AddHours(2)));
        await Store.FlushAsync(Cancelled);

        var row = await Store.Memory.FindDiscoveryAsync("npm", Cancelled);
        Assert.Equal("[2]"u8.ToArray(), row!.Document.ToArray());
        Assert.Equal((Now, Now.AddHours(2)), (row.DiscoveredAt, row.ExpiresAt));
        Assert.Null(await Store.Memory.FindDiscoveryAsync("NPM", Cancelled));
    }

    private protected RegisteredServer Registered(string id, string source = "test") => new(Samples.Server(id), source, Now, Now);

    private protected async Task<IEnumerable<string>> IdsAsync() => (await Store.Servers.ReadAsync(Cancelled)).Servers.Select(server => server.Config.Id);

    private protected async Task<IReadOnlyList<LifecycleEvent>> EventsAsync(HistoryQuery query)
    {
        await Store.FlushAsync(Cancelled);
        return await Store.History.ReadEventsAsync(query, Cancelled);
    }

    private protected async Task<IReadOnlyList<ConnectionRecord>> ConnectionsAsync(HistoryQuery query)
    {
        await Store.FlushAsync(Cancelled);
        return await Store.History.ReadConnectionsAsync(query, Cancelled);
    }
}
