using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class StatusBoardTests
{
    private readonly StatusBoard _board = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_late_reader_begins_with_what_is_and_then_sees_every_change()
    {
        Publish("a", ServerState.Starting);
        Publish("b", ServerState.Stopped);
        Publish("a", ServerState.Running);

        await using var reader = _board.WatchAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.Equal(("a", ServerState.Running), await Next(reader));
        Assert.Equal(("b", ServerState.Stopped), await Next(reader));

        Publish("b", ServerState.Starting);
        Publish("b", ServerState.Running);
        Assert.Equal(("b", ServerState.Starting), await Next(reader));
        Assert.Equal(("b", ServerState.Running), await Next(reader));
    }

    [Fact]
    public void Versions_count_the_statuses_of_each_server_apart()
    {
        Assert.Equal(1, Publish("a", ServerState.Stopped).Version);
        Assert.Equal(2, Publish("a", ServerState.Starting).Version);
        Assert.Equal(1, Publish("b", ServerState.Stopped).Version);
        Assert.Equal(2, _board.Find("a")!.Version);
        Assert.Null(_board.Find("c"));
    }

    [Fact]
    public void What_one_that_has_left_goes_on_to_say_is_never_taken_for_the_word_of_its_successor()
    {
        var late = Publish("a", ServerState.Running);
        _board.Leave("a");
        var successor = Publish("a", ServerState.Stopped);

        for (var i = 0; i < 10; i++)
            late = _board.Publish(late with { State = ServerState.Stopping });

        Assert.Equal(successor, _board.Find("a"));
    }

    [Fact(Timeout = 10_000)]
    public async Task Whoever_waits_for_one_that_has_left_is_told_at_once()
    {
        Publish("a", ServerState.Starting);
        var early = _board.WaitForAsync("a", status => status.State == ServerState.Running, Cancelled);
        _board.Leave("a");

        await Assert.ThrowsAsync<UnknownServerException>(() => early);
        await Assert.ThrowsAsync<UnknownServerException>(() => _board.WaitForAsync("a", _ => true, Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_reader_that_stands_still_learns_the_latest_of_each_server_and_costs_a_bounded_queue()
    {
        Publish("quiet", ServerState.Starting);
        Publish("busy", ServerState.Stopped);
        await using var reader = _board.WatchAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        _ = await Next(reader);

        Publish("quiet", ServerState.Running);
        for (var i = 0; i < 100_000; i++)
            Publish("busy", i % 2 == 0 ? ServerState.Starting : ServerState.Running);
        Publish("last", ServerState.Stopped);

        var seen = new List<(string, ServerState)>();
        while (seen.Count == 0 || seen[^1].Item1 != "last")
            seen.Add(await Next(reader));
        Assert.InRange(seen.Count, 3, 300);
        Assert.Contains(("quiet", ServerState.Running), seen);
        Assert.Equal(("busy", ServerState.Running), seen.Last(status => status.Item1 == "busy"));
    }

    [Fact(Timeout = 10_000)]
    public async Task Waiting_returns_at_once_for_what_is_and_later_for_what_comes()
    {
        Publish("a", ServerState.Stopped);
        Assert.Equal(1, (await _board.WaitForAsync("a", _ => true, Cancelled)).Version);

        var waiting = _board.WaitForAsync("a", status => status.State == ServerState.Running, Cancelled);
        Publish("b", ServerState.Running);
        Assert.False(waiting.IsCompleted);
        Publish("a", ServerState.Running);
        Assert.Equal(2, (await waiting).Version);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_wait_ends_when_it_is_cancelled_and_others_go_on()
    {
        Publish("a", ServerState.Stopped);
        using var patience = new CancellationTokenSource();
        var given = _board.WaitForAsync("a", status => status.State == ServerState.Running, patience.Token);
        var other = _board.WaitForAsync("a", status => status.State == ServerState.Running, Cancelled);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        Publish("a", ServerState.Running);
        Assert.Equal(ServerState.Running, (await other).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_condition_that_throws_fails_its_own_wait_only()
    {
        Publish("a", ServerState.Stopped);
        await Assert.ThrowsAsync<FormatException>(() => _board.WaitForAsync("a", _ => throw new FormatException(), Cancelled));
        Assert.Equal(2, Publish("a", ServerState.Running).Version);
    }

    [Fact(Timeout = 10_000)]
    public async Task Nobody_waits_for_a_server_that_has_left()
    {
        Publish("a", ServerState.Stopped);
        var waiting = _board.WaitForAsync("a", status => status.State == ServerState.Running, Cancelled);
        _board.Leave("a");

        await Assert.ThrowsAsync<UnknownServerException>(() => waiting);
        await Assert.ThrowsAsync<UnknownServerException>(() => _board.WaitForAsync("a", _ => true, Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public void Late_word_of_a_server_that_has_left_is_not_taken_for_word_of_its_namesake()
    {
        var old = Publish("a", ServerState.Running);
        _board.Leave("a");
        var now = Publish("a", ServerState.Stopped);
        for (var i = 0; i < 10; i++)
        {
            old = _board.Publish(old with { State = ServerState.Stopping });
            Assert.Equal(now, _board.Find("a"));
            now = _board.Publish(now);
        }
    }

    private static async Task<(string, ServerState)> Next(IAsyncEnumerator<ServerStatus> reader)
    {
        Assert.True(await reader.MoveNextAsync());
        return (reader.Current.Id, reader.Current.State);
    }

    private ServerStatus Publish(string id, ServerState state) =>
        _board.Publish(new ServerStatus { Id = id, State = state, Since = DateTimeOffset.UnixEpoch });
}
