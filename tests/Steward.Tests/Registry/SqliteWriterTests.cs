using Steward.Registry;
using Steward.Registry.Sqlite;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>Writing: what is acknowledged, what may be lost, and what a disk without room does.</summary>
public sealed class SqliteWriterTests : IDisposable
{
    private const int NoRoom = 1; // SQLite makes of it as many pages as there are

    private readonly StoreFolder _folder = new();
    private int _maxPages = 1_000_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private SqliteRegistryOptions Limited => _folder.Options with { MaxPages = () => _maxPages };

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task Of_many_at_once_that_add_the_same_server_one_succeeds()
    {
        await using var store = await _folder.OpenAsync();

        var added = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => store.Servers.AddAsync(Server("files", $"{i}"), Cancelled)));

        Assert.Single(added, success => success);
        Assert.Single((await store.Servers.ReadAsync(Cancelled)).Servers);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_added_is_on_disk_before_it_is_said_to_be()
    {
        await using var store = await _folder.OpenAsync();
        foreach (var id in (string[])["a", "b", "c"])
        {
            await store.Servers.AddAsync(Server(id), Cancelled);
            await using var other = _folder.Create();
            Assert.Contains((await other.Servers.ReadAsync(Cancelled)).Servers, server => server.Config.Id == id);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_connection_that_a_crash_left_open_is_closed_at_the_last_time_at_which_Steward_was_there()
    {
        var time = new FakeTimeProvider();
        DateTimeOffset connected, alive;
        var crashed = await _folder.OpenAsync(time);
        crashed.History.Connected("files", connected = time.GetUtcNow());
        time.Advance(TimeSpan.FromMinutes(5));
        await crashed.FlushAsync(Cancelled);
        alive = time.GetUtcNow();
        crashed.History.Connected("memory", time.GetUtcNow());
        await crashed.DisposeAsync(); // without a word about its servers, as when it is killed
        time.Advance(TimeSpan.FromDays(3));

        await using var store = await _folder.OpenAsync(time);

        var rows = await store.History.ReadConnectionsAsync(new HistoryQuery(), Cancelled);
        Assert.All(rows, row => Assert.Equal((ConnectionOutcome.ManagerEnded, alive), (row.Outcome, row.Disconnected)));
        Assert.Equal([TimeSpan.Zero, alive - connected], rows.Select(row => row.Duration));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_full_disk_costs_history_is_said_once_and_is_over_when_there_is_room()
    {
        var time = new FakeTimeProvider();
        await using var store = await _folder.OpenAsync(time, Limited);
        await store.Servers.AddAsync(Server("before"), Cancelled);
        _maxPages = NoRoom;
        time.Advance(TimeSpan.FromMinutes(1));
        await store.FlushAsync(Cancelled);

        var refused = await Assert.ThrowsAsync<RegistryException>(async () => await store.Servers.AddAsync(Server("big", new string('x', 100_000)), Cancelled));
        for (var i = 0; i < 3; i++)
        {
            store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Failed, time.GetUtcNow(), new string('x', 100_000)));
            await store.FlushAsync(Cancelled);
        }

        Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, store.History.Lost);
        Assert.Equal("before", Assert.Single((await store.Servers.ReadAsync(Cancelled)).Servers).Config.Id);

        _maxPages = 1_000_000;
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await store.Servers.AddAsync(Server("after"), Cancelled));
        store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, time.GetUtcNow(), "after"));
        await store.FlushAsync(Cancelled);

        Assert.Equal("after", Assert.Single(await store.History.ReadEventsAsync(new HistoryQuery(), Cancelled)).Detail);
        Assert.StartsWith("Error: ", await _folder.Log.Sees(line => line.Contains("the disk is full", StringComparison.Ordinal), Cancelled), StringComparison.Ordinal);
        await _folder.Log.Sees(line => line.Contains("is written again; ", StringComparison.Ordinal), Cancelled);
    }

    [Fact(Timeout = 60_000)]
    public async Task Beside_history_that_does_not_fit_a_definition_that_fits_is_written()
    {
        var time = new FakeTimeProvider();
        await using var store = await _folder.OpenAsync(time, Limited);
        await store.Servers.AddAsync(Server("before"), Cancelled);
        _maxPages = NoRoom;
        time.Advance(TimeSpan.FromMinutes(1));
        await store.FlushAsync(Cancelled);

        store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Failed, time.GetUtcNow(), new string('x', 100_000)));
        var changed = store.Servers.UpdateAsync(Server("before", "changed"), Cancelled);

        Assert.True(await changed);
        Assert.Equal("changed", Assert.Single((await store.Servers.ReadAsync(Cancelled)).Servers).Source);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_place_that_cannot_be_written_is_no_registry_until_it_can()
    {
        Directory.CreateDirectory(_folder.File);
        await using var store = _folder.Create();

        var refused = await Assert.ThrowsAsync<RegistryException>(() => store.OpenAsync(Cancelled));
        Assert.Contains($"The registry {_folder.File} cannot be opened.", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RegistryException>(() => store.Servers.ReadAsync(Cancelled));
        await Assert.ThrowsAsync<RegistryException>(async () => await store.Servers.AddAsync(Server("files"), Cancelled));
        store.History.Connected("files", default);

        Directory.Delete(_folder.File);
        Assert.True(await store.Servers.AddAsync(Server("files"), Cancelled));
        Assert.Single((await store.Servers.ReadAsync(Cancelled)).Servers);
    }

    [Fact(Timeout = 60_000)]
    public async Task More_history_than_can_wait_is_lost_and_counted_and_nobody_waits_for_it()
    {
        const int Rows = 100_000;
        await using var store = await _folder.OpenAsync();

        for (var i = 0; i < Rows; i++)
            store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, default));
        await store.FlushAsync(Cancelled);

        var kept = 0;
        for (long? before = null; await store.History.ReadEventsAsync(new HistoryQuery { Limit = 1000, Before = before }, Cancelled) is [.., var last] page; before = last.Id)
            kept += page.Count;
        Assert.Equal(Rows, kept + store.History.Lost);
    }

    [Fact(Timeout = 60_000)]
    public async Task After_the_end_nothing_is_written_and_that_is_said()
    {
        var store = await _folder.OpenAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();

        store.History.Connected("files", default);
        await Assert.ThrowsAsync<RegistryException>(async () => await store.Servers.AddAsync(Server("files"), Cancelled));
    }

    private static RegisteredServer Server(string id, string source = "test") => new(Samples.Server(id), source, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
