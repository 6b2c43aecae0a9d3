using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Tests.Testing;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class UpstreamConnectionTests : IAsyncDisposable
{
    private readonly FakeLink _link = new();
    private readonly RecordingHandler _handler = new();
    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamConnection _connection;

    public UpstreamConnectionTests()
    {
        _connection = new UpstreamConnection("s", _link, _handler, log: null, _time, NullLogger.Instance);
        _connection.Start();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public void A_request_travels_under_an_id_and_a_token_of_ours_and_is_the_same_otherwise()
    {
        var call = Call("""{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"_meta":{"progressToken":"t","v":1.0},"name":"a__b"},"u":[1e2]}""", name: "\"b\"");

        Assert.Equal($$$"""{"jsonrpc":"2.0","id":{{{call.UpstreamId}}},"method":"tools/call","params":{"_meta":{"progressToken":{{{call.UpstreamId}}},"v":1.0},"name":"b"},"u":[1e2]}""", Assert.Single(_link.Sent));
    }

    [Fact(Timeout = 60_000)]
    public async Task Equal_ids_of_many_clients_never_cross()
    {
        const int Calls = 100_000;
        var random = new Random(1);
        var open = new List<(RecordingCall Call, int Mark)>();
        var all = new List<(RecordingCall Call, int Mark)>(Calls);
        while (all.Count < Calls || open.Count > 0)
        {
            if (all.Count < Calls && (open.Count == 0 || (open.Count < 500 && random.Next(2) == 0)))
            {
                var entry = (Call($$$$"""{"jsonrpc":"2.0","id":{{{{random.Next(3)}}}},"method":"tools/call","params":{"name":"t","_meta":{"progressToken":{{{{random.Next(2)}}}}}}}""", client: random.Next(100)), all.Count);
                open.Add(entry);
                all.Add(entry);
                continue;
            }

            var at = random.Next(open.Count);
            var (call, mark) = open[at];
            if (random.Next(4) == 0)
            {
                Progress(call.UpstreamId, mark);
                continue;
            }

            Answer(call.UpstreamId, mark);
            (open[at], open[^1]) = (open[^1], open[at]);
            open.RemoveAt(open.Count - 1);
        }

        await Task.WhenAll(all.Select(entry => entry.Call.Ended));
        Assert.DoesNotContain(all, entry => entry.Call.Heard.Exists(heard => !heard.Contains($":{entry.Mark}}}", StringComparison.Ordinal)));
        Assert.Equal((0, Calls), (_connection.CallsInFlight, all.Select(entry => entry.Call.UpstreamId).Distinct().Count()));
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("1.0")]
    [InlineData("1e0")]
    [InlineData("99")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("null")]
    [InlineData("123456789012345678901234567890")]
    public void An_answer_to_nothing_is_ignored_and_counted(string id)
    {
        var call = Call(Request);
        Assert.Equal(1, call.UpstreamId);

        _link.Say($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{}}""");

        Assert.Empty(call.Heard);
        Assert.Equal(1, _connection.StrayMessages);
    }

    [Fact]
    public void The_second_answer_to_a_request_is_ignored_and_counted()
    {
        var call = Call(Request);

        Answer(call.UpstreamId, 1);
        Answer(call.UpstreamId, 2);
        Progress(call.UpstreamId, 3);

        Assert.Single(call.Heard);
        Assert.Equal(2, _connection.StrayMessages);
    }

    [Fact]
    public void A_late_answer_to_a_cancelled_request_is_ignored_and_the_server_was_told_of_the_cancellation_under_its_id()
    {
        var call = Call(Request);
        const string words = """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x","reason":"changed my mind","extra":1.0}}""";

        _connection.Cancel(call, Messages.Utf8(words), Messages.Parse(words));
        _connection.Cancel(call, Messages.Utf8(words), Messages.Parse(words));
        Answer(call.UpstreamId, 1);

        Assert.Empty(call.Heard);
        Assert.Equal([words.Replace("\"x\"", $"{call.UpstreamId}", StringComparison.Ordinal)], _link.Sent[1..]);
        Assert.Equal(1, _connection.StrayMessages);
        Assert.Equal(0, _connection.CallsInFlight);
    }

    [Fact]
    public void A_request_times_out_once_and_the_server_is_told()
    {
        var call = Call(Request, timeout: TimeSpan.FromSeconds(10));

        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(call.Heard);
        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal(JsonRpcErrorCode.RequestTimeout, call.FailedWith);
        var told = JsonNode.Parse(Assert.Single(_link.Sent[1..]))!;
        Assert.Equal("notifications/cancelled", (string?)told["method"]);
        Assert.Equal(call.UpstreamId, (long?)told["params"]!["requestId"]);
        Answer(call.UpstreamId, 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(call.Heard);
    }

    [Fact]
    public void Every_progress_starts_the_time_anew_for_its_own_request_only()
    {
        var reporting = Call(Request, timeout: TimeSpan.FromSeconds(10));
        var silent = Call(Request, timeout: TimeSpan.FromSeconds(10));
        var endless = Call(Request);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            Progress(reporting.UpstreamId, i);
        }

        Assert.Equal(JsonRpcErrorCode.RequestTimeout, silent.FailedWith);
        Assert.Null(reporting.FailedWith);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(JsonRpcErrorCode.RequestTimeout, reporting.FailedWith);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(endless.FailedWith);
    }

    [Fact]
    public void Time_outs_work_again_after_a_time_with_nothing_in_flight()
    {
        var first = Call(Request, timeout: TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(first.FailedWith);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _time.ArmedTimers);

        var second = Call(Request, timeout: TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.NotNull(second.FailedWith);
    }

    [Fact]
    public void When_the_server_is_gone_all_calls_fail_once_and_new_ones_at_once()
    {
        var calls = Enumerable.Range(0, 10).Select(_ => Call(Request)).ToArray();

        _connection.FailAll("it is gone");
        _connection.FailAll("again");
        var late = Call(Request);

        Assert.All([.. calls, late], call => Assert.Equal("failed it is gone", Assert.Single(call.Heard)));
        Assert.Equal(JsonRpcErrorCode.ServerUnavailable, late.FailedWith);
        Assert.Equal(10, _link.Sent.Count);
    }

    [Fact]
    public void A_request_that_cannot_be_sent_fails()
    {
        _link.IsClosed = true;

        var call = Call(Request);

        Assert.Equal(JsonRpcErrorCode.ServerUnavailable, call.FailedWith);
        Assert.Equal(0, _connection.CallsInFlight);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_that_waits_for_a_server_that_does_not_read_fails_when_the_way_closes()
    {
        _link.Hold = new TaskCompletionSource();
        var call = Call(Request);
        Assert.Empty(call.Heard);

        _link.Hold.SetException(new LinkClosedException("gone"));
        await call.Ended;

        Assert.Equal(JsonRpcErrorCode.ServerUnavailable, call.FailedWith);
    }

    [Fact]
    public void A_ping_of_the_server_is_answered_under_its_id()
    {
        _link.Say("""{"jsonrpc":"2.0","id":"their own","method":"ping"}""");

        Assert.Equal("""{"jsonrpc":"2.0","id":"their own","result":{}}""", Assert.Single(_link.Sent));
        Assert.Empty(_handler.Requests);
    }

    [Fact]
    public void A_server_that_pings_without_reading_fills_no_memory()
    {
        _link.Hold = new TaskCompletionSource();

        for (var i = 0; i < 10_000; i++)
            _link.Say($$$"""{"jsonrpc":"2.0","id":{{{i}}},"method":"ping"}""");

        Assert.InRange(_link.Sent.Count, 1, 300);
    }

    [Fact]
    public void What_is_no_message_is_counted_and_harms_nothing()
    {
        var call = Call(Request);
        string[] noise = ["Server listening", "{}", "[]", "null", """{"jsonrpc":"2.0","id":1,"result":1,"result":2}""", """{"jsonrpc":"2.0","id":1,"method":"\ud800"}"""];
        foreach (var line in noise)
            _link.Say(line);

        Assert.Equal(noise.Length, _connection.NoiseLines);
        Answer(call.UpstreamId, 5);
        Assert.Single(call.Heard);
    }

    [Fact]
    public void An_answer_too_large_fails_its_request()
    {
        var (asked, other) = (Call(Request), Call(Request));

        _link.Receiver.OnOversized(Messages.Utf8($"{{\"jsonrpc\":\"2.0\",\"id\":{asked.UpstreamId},\"result\":{{\"x\":\"yyyy"), Messages.Utf8("yyyy\"}}"), 99_000_000);

        Assert.Equal(JsonRpcErrorCode.InternalError, asked.FailedWith);
        Assert.Empty(other.Heard);
    }

    [Fact]
    public void A_message_that_could_not_be_delivered_fails_its_request()
    {
        var call = Call(Request);

        _link.Receiver.OnUndeliverable(Messages.Utf8(_link.Sent[0]), "no route");
        _link.Receiver.OnUndeliverable(Messages.Utf8("""{"jsonrpc":"2.0","method":"notifications/initialized"}"""), "no route");

        Assert.Equal(JsonRpcErrorCode.ServerUnavailable, call.FailedWith);
    }

    [Fact]
    public void The_sole_caller_is_the_newest_call_of_the_only_client_that_has_any()
    {
        var (mine, yours) = (new object(), new object());
        Assert.Null(_connection.FindSoleCaller(out var several));
        Assert.False(several);

        Call(Request, client: null); // Steward's own calls belong to nobody
        Call(Request, client: mine);
        var newest = Call(Request, client: mine);
        Assert.Same(newest, _connection.FindSoleCaller(out several));
        Assert.False(several);

        var other = Call(Request, client: yours);
        Assert.Null(_connection.FindSoleCaller(out several));
        Assert.True(several);

        Answer(other.UpstreamId, 1);
        Assert.Same(newest, _connection.FindSoleCaller(out several));
    }

    [Fact]
    public void A_call_that_was_given_up_counts_for_a_while_because_the_server_may_still_be_at_it()
    {
        var (mine, yours) = (new object(), new object());
        var given = Call(Request, client: yours);
        _connection.Cancel(given, "gone");
        Assert.True(_connection.MayWorkForOthersThan(mine));
        Assert.False(_connection.MayWorkForOthersThan(yours));

        var call = Call(Request, client: mine);
        Assert.Null(_connection.FindSoleCaller(out var several));
        Assert.True(several);

        Answer(given.UpstreamId, 1); // late, but now it is known to be done with it
        Assert.Same(call, _connection.FindSoleCaller(out several));
        Assert.False(_connection.MayWorkForOthersThan(mine));

        _connection.Cancel(Call(Request, client: yours), "gone");
        _time.Advance(TimeSpan.FromMinutes(1)); // servers need not answer what was cancelled
        Assert.Same(call, _connection.FindSoleCaller(out several));
        Assert.False(_connection.MayWorkForOthersThan(mine));
    }

    [Fact(Timeout = 30_000)]
    public async Task Waiting_for_quiet_ends_with_the_last_call_however_it_ends()
    {
        Assert.True(_connection.WaitIdleAsync(TestContext.Current.CancellationToken).IsCompleted);
        var (answered, cancelled) = (Call(Request), Call(Request));
        var idle = _connection.WaitIdleAsync(TestContext.Current.CancellationToken);

        Answer(answered.UpstreamId, 1);
        Assert.False(idle.IsCompleted);
        _connection.Cancel(cancelled, "enough");

        await idle;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_of_our_own_gives_the_result_or_the_error()
    {
        var good = _connection.RequestAsync("tools/list", default, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var bad = _connection.RequestAsync("tools/list", default, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        _link.Say("""{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"nope"}}""");
        _link.Say("""{"jsonrpc":"2.0","id":1,"result":{"tools":[ 1.0 ]}}""");

        Assert.Equal("""{"tools":[ 1.0 ]}""", Messages.Text(await good));
        var error = await Assert.ThrowsAsync<UpstreamErrorException>(() => bad);
        Assert.Equal((-32601, "nope"), (error.Code, error.Message));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_of_our_own_that_is_given_up_is_cancelled_and_one_that_is_forgotten_is_not()
    {
        using var giveUp = new CancellationTokenSource();
        var listing = _connection.RequestAsync("tools/list", default, Timeout.InfiniteTimeSpan, giveUp.Token);
        var forgotten = new RecordingCall();
        _connection.Send(forgotten, "initialize", default);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing);
        _connection.Forget(forgotten);
        Answer(forgotten.UpstreamId, 1);

        var told = Assert.Single(_link.Sent, sent => sent.Contains("cancelled", StringComparison.Ordinal));
        Assert.Equal(1, (int?)JsonNode.Parse(told)!["params"]!["requestId"]);
        Assert.Empty(forgotten.Heard);
        Assert.Equal(0, _connection.CallsInFlight);
    }

    [Fact]
    public void Requests_of_our_own_to_a_modern_server_say_who_asks_and_its_own_requests_are_refused()
    {
        (_connection.Server, _connection.Meta) = (new HandshakeResult([]) { Revision = ProtocolRevisions.Modern }, Introduction.Shared.Meta);

        _connection.Send(new RecordingCall(), "tools/list", Messages.Utf8("""{"cursor":"2"}"""));
        _connection.Send(new RecordingCall(), "server/discover", default);
        _link.Say("""{"jsonrpc":"2.0","id":"their own","method":"ping"}""");
        _link.Say("""{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}""");

        var sent = _link.Sent.ConvertAll(text => JsonNode.Parse(text)!);
        Assert.Equal("2", (string?)sent[0]["params"]!["cursor"]);
        Assert.All(sent[..2], request =>
        {
            Assert.Equal("2026-07-28", (string?)request["params"]!["_meta"]!["io.modelcontextprotocol/protocolVersion"]);
            Assert.Equal("steward", (string?)request["params"]!["_meta"]!["io.modelcontextprotocol/clientInfo"]!["name"]);
            Assert.NotNull(request["params"]!["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!["sampling"]);
        });
        Assert.Equal(("their own", -32601), ((string?)sent[2]["id"], (int?)sent[2]["error"]!["code"]));
        Assert.Equal((7, -32601), ((int?)sent[3]["id"], (int?)sent[3]["error"]!["code"]));
        Assert.Empty(_handler.Requests);
    }

    private const string Request = """{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"t"}}""";

    private RecordingCall Call(string message, object? client = null, TimeSpan? timeout = null, string name = "")
    {
        var call = new RecordingCall(client, timeout);
        _connection.Call(call, Messages.Utf8(message), Messages.Parse(message), Messages.Utf8(name));
        return call;
    }

    private void Answer(long id, int mark) => _link.Say($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"mark":{{{mark}}}}}""");

    private void Progress(long id, int mark) => _link.Say($$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{id}}},"progress":{{{mark}}}}}""");
}
