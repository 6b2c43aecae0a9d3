using System.Threading.Channels;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>What a server says on its own, and streams that break.</summary>
public sealed class ServerStreamTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_stream_of_the_server_s_own_is_opened_again_where_it_stopped()
    {
        var opened = Channel.CreateUnbounded<string?>();
        var heard = new TaskCompletionSource();
        var count = 0;
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"), async request =>
        {
            await opened.Writer.WriteAsync(request.Header("Last-Event-ID"));
            await request.BeginEventsAsync();
            var n = ++count;
            await request.EventAsync($$"""{"jsonrpc":"2.0","method":"n{{n}}"}""", id: $"e{n}");
            if (n == 1)
                return; // ends in order
            if (n == 2)
                await request.BreakAfterAsync(heard.Task);
            else
                await request.UntilGoneAsync();
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal($$"""{"jsonrpc":"2.0","method":"n{{n}}"}""", await rig.Feed.NextAsync());
            Assert.Equal(n == 1 ? null : $"e{n - 1}", await opened.Reader.ReadAsync(Cancelled));
            if (n == 2)
                heard.SetResult();
        }

        Assert.False(rig.Link.Closed.IsCompleted);
        Assert.All(peer.Requests.Where(request => request.Verb == "GET"), request =>
            Assert.Equal(("session-1", "2025-11-25", "text/event-stream"), (request.Header("Mcp-Session-Id"), request.Header("MCP-Protocol-Version"), request.Header("Accept"))));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_without_a_stream_of_its_own_is_not_asked_again()
    {
        var asked = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"), request =>
        {
            asked.TrySetResult();
            return request.RespondAsync(405);
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);
        await asked.Task.WaitAsync(Cancelled);

        for (var id = 1; id <= 5; id++)
        {
            await rig.CallAsync(id);
            await rig.Feed.NextAsync();
        }

        Assert.Single(peer.Requests, request => request.Verb == "GET");
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_stream_that_breaks_is_resumed_after_the_time_that_the_server_asks_for(bool inOrder)
    {
        var heard = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(
            async request =>
            {
                await request.BeginEventsAsync();
                await request.EventAsync("", id: "p0", retry: 300);
                await request.EventAsync("""{"jsonrpc":"2.0","method":"before"}""", id: "p1");
                if (!inOrder)
                    await request.BreakAfterAsync(heard.Task);
            },
            async request =>
            {
                if (request.Header("Last-Event-ID") is not "p1")
                {
                    await request.RespondAsync(405);
                    return;
                }

                await request.BeginEventsAsync();
                await request.EventAsync("""{"jsonrpc":"2.0","method":"after"}""", id: "p2");
                await request.EventAsync("""{"jsonrpc":"2.0","id":1,"result":{}}""", id: "p3");
                await request.UntilGoneAsync();
            });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        var began = TimeProvider.System.GetTimestamp();
        await rig.CallAsync(1);

        Assert.Equal("""1: {"jsonrpc":"2.0","method":"before"}""", await rig.Feed.NextAsync());
        heard.SetResult();
        Assert.Equal("""1: {"jsonrpc":"2.0","method":"after"}""", await rig.Feed.NextAsync());
        Assert.Equal("""1: {"jsonrpc":"2.0","id":1,"result":{}}""", await rig.Feed.NextAsync());
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(290));
        Assert.Single(peer.Requests, request => request.Header("Last-Event-ID") == "p1");
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true, "ended its stream before the answer came")]
    [InlineData(false, "the connection broke before the answer came")]
    public async Task A_response_stream_that_cannot_be_resumed_fails_its_call_and_no_more(bool inOrder, string words)
    {
        var heard = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            if (request.Id == "2")
            {
                await request.AnswerAsync("{}");
                return;
            }

            await request.BeginEventsAsync();
            await request.EventAsync("""{"jsonrpc":"2.0","method":"before"}""");
            if (!inOrder)
                await request.BreakAfterAsync(heard.Task);
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);

        await rig.Feed.NextAsync();
        heard.SetResult();
        Assert.Contains(words, await rig.Feed.NextAsync(), StringComparison.Ordinal);
        await rig.CallAsync(2);
        Assert.StartsWith("2: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.False(rig.Link.Closed.IsCompleted);
    }
}
