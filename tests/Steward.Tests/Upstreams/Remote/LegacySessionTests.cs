using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

public sealed class LegacySessionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(404, "")]
    [InlineData(404, """{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}""")]
    [InlineData(400, """{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}""")]
    public async Task A_forgotten_session_is_opened_again_once_for_all_calls_and_they_succeed(int status, string body)
    {
        const int calls = 20;
        var all = new TaskCompletionSource();
        var waiting = 0;
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            if (request.Header("Mcp-Session-Id") == "session-2")
            {
                await request.AnswerAsync("{}");
                return;
            }

            if (Interlocked.Increment(ref waiting) == calls)
                all.SetResult();
            await all.Task.WaitAsync(request.Gone);
            await request.RespondAsync(status, body);
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        for (var id = 1; id <= calls; id++)
            await rig.CallAsync(id);

        var heard = new List<string>();
        for (var i = 0; i <= calls; i++)
            heard.Add(await rig.Feed.NextAsync());
        Assert.Equal(1, heard.Count(line => line == "renewed"));
        Assert.Equal(calls, heard.Count(line => line.Contains("\"result\"", StringComparison.Ordinal)));
        Assert.Equal(2, peer.Requests.Count(request => request.Method == "initialize"));
        var again = peer.Requests.Where(request => request.Method is "initialize" or "notifications/initialized").ToArray()[2..];
        Assert.Equal([("initialize", null), ("notifications/initialized", "session-2")], again.Select(request => (request.Method, request.Header("Mcp-Session-Id"))));
        Assert.Equal(peer.Requests[0].Body, again[0].Body);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(404, "", "undeliverable 404")]
    [InlineData(404, """{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}""", "Session not found")]
    public async Task A_probe_has_no_forgotten_session_opened_again_and_the_next_call_has(int status, string body, string heard)
    {
        await using var peer = await LegacyPeer.StartAsync(request =>
            request.Header("Mcp-Session-Id") == "session-2" ? request.AnswerAsync("{}") : request.RespondAsync(status, body));
        await using var rig = await LinkRig.OpenAsync(peer.Url);
        var probe = new ControlCall(Timeout.InfiniteTimeSpan) { MayRenewSession = false };

        await rig.CallAsync(1, probe);

        Assert.Contains(heard, await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.True(probe.HasFoundNoSession);
        Assert.Equal(1, peer.Requests.Count(request => request.Method == "initialize"));

        await rig.CallAsync(2);
        Assert.Contains("renewed", new[] { await rig.Feed.NextAsync(), await rig.Feed.NextAsync() });
        Assert.Equal(2, peer.Requests.Count(request => request.Method == "initialize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_opens_no_other_session_closes_the_link()
    {
        var isDown = false;
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (request.Method == "initialize" && !isDown)
            {
                request.Context.Response.Headers["Mcp-Session-Id"] = "s";
                await request.AnswerAsync("""{"protocolVersion":"2025-11-25"}""");
                return;
            }

            isDown |= request.Method == "tools/call";
            await request.RespondAsync(request.Method == "initialize" ? 500 : isDown ? 404 : 202);
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);

        Assert.Contains("the session expired and could not be opened again", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("forgot the session, and opens no other", await rig.Link.Closed.WaitAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_is_not_found_twice_is_refused_and_not_tried_for_ever()
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.RespondAsync(404));
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);

        Assert.Equal("renewed", await rig.Feed.NextAsync());
        Assert.StartsWith("undeliverable 404", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(2, peer.Requests.Count(request => request.Method == "tools/call"));
    }
}
