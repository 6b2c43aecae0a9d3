using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>A transport that the declaration does not name.</summary>
public sealed class DetectionTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_server_that_answers_a_handshake_speaks_Streamable_HTTP()
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"));
        await using var rig = await LinkRig.OpenAsync(peer.Url, ServerTransport.Auto);

        await rig.CallAsync(1);

        Assert.StartsWith("1: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(ServerTransport.Http, rig.Link.Transport);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task A_server_that_refuses_it_and_opens_a_stream_speaks_HTTP_with_SSE(int status)
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo, postToFirst: status);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto);

        Assert.Equal("""{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05","capabilities":{}}}""", await rig.ShakeHandsAsync());

        await rig.CallAsync(1);
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"result":{}}""", await rig.Feed.NextAsync());
        Assert.Equal(ServerTransport.Sse, rig.Link.Transport);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_probe_of_the_modern_era_that_is_refused_decides_nothing()
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto);

        await rig.SendAsync($$$"""{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{{{{LinkRig.Modern}}}}}""");

        Assert.StartsWith("undeliverable 405", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        await rig.ShakeHandsAsync();
        Assert.Equal(ServerTransport.Sse, rig.Link.Transport);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_found_is_remembered_until_it_fails()
    {
        var host = LinkRig.CreateHost();
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo);
        await using (var first = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto, host: host))
            await first.ShakeHandsAsync();
        var before = peer.Requests.Count;

        await using var second = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto, host: host);

        Assert.Equal(ServerTransport.Sse, second.Link.Transport);
        Assert.Equal(["GET"], peer.Requests.Skip(before).Select(request => request.Verb));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_has_changed_is_found_out_anew()
    {
        var host = LinkRig.CreateHost();
        var isNew = false;
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (isNew)
            {
                await (request.Verb == "GET" ? request.RespondAsync(405) : request.AnswerAsync("{}"));
                return;
            }

            if (request.Verb != "GET")
            {
                await request.RespondAsync(request.Path == "/mcp" ? 405 : 202);
                return;
            }

            await request.BeginEventsAsync();
            await request.EventAsync("/messages", type: "endpoint");
            await request.EventAsync("""{"jsonrpc":"2.0","id":0,"result":{}}""");
            await request.UntilGoneAsync();
        });
        await using (var first = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto, host: host))
            await first.ShakeHandsAsync();
        isNew = true;

        await using var second = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto, host: host);
        await second.ShakeHandsAsync();

        Assert.Equal(ServerTransport.Http, second.Link.Transport);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(401, "", "undeliverable 401")]
    [InlineData(500, "", "undeliverable 500")]
    [InlineData(400, """{"jsonrpc":"2.0","id":null,"error":{"code":-32022,"message":"no"}}""", "0: {\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32022")]
    [InlineData(404, """{"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"no"}}""", "0: {\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32601")]
    public async Task A_refusal_of_another_kind_is_the_answer_and_no_stream_is_tried(int status, string body, string heard)
    {
        await using var peer = await RemotePeer.StartAsync(request => request.RespondAsync(status, body));
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto);

        Assert.StartsWith(heard, await rig.ShakeHandsAsync(), StringComparison.Ordinal);

        Assert.DoesNotContain(peer.Requests, request => request.Verb == "GET");
    }

    [Theory(Timeout = 30_000)]
    [InlineData(404, "text/html", "<html>", "undeliverable 404")]
    [InlineData(200, "text/event-stream", "data: {}\n\n", "undeliverable 404")]
    public async Task A_server_that_speaks_neither_is_refused_with_what_the_first_try_found(int status, string type, string body, string heard)
    {
        await using var peer = await RemotePeer.StartAsync(request => request.Verb == "GET" ? request.RespondAsync(status, body, type) : request.RespondAsync(404));
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Auto);

        Assert.StartsWith(heard, await rig.ShakeHandsAsync(), StringComparison.Ordinal);

        Assert.Equal(ServerTransport.Http, rig.Link.Transport);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_declared_transport_is_not_replaced()
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Http);

        Assert.StartsWith("undeliverable 405", await rig.ShakeHandsAsync(), StringComparison.Ordinal);

        await using var other = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"));
        var failure = await Assert.ThrowsAsync<ServerLaunchException>(() => LinkRig.ConnectAsync(other.Url, ServerTransport.Sse));
        Assert.Contains("HTTP status 405", failure.Message, StringComparison.Ordinal);
    }
}
