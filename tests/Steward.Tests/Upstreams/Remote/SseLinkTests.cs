using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

public sealed class SseLinkTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Messages_are_posted_to_the_address_that_the_stream_names_and_answered_on_the_stream()
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Sse, new() { ["Authorization"] = "Bearer x" });
        await rig.ShakeHandsAsync();

        await rig.CallAsync(1);

        Assert.Equal("""{"jsonrpc":"2.0","id":1,"result":{}}""", await rig.Feed.NextAsync());
        Assert.Equal(ServerTransport.Sse, rig.Link.Transport);
        Assert.All(peer.Requests, request => Assert.Equal("Bearer x", request.Header("Authorization")));
        Assert.All(peer.Requests.Skip(1), request => Assert.Equal(("POST", "/messages"), (request.Verb, request.Path)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_result_of_five_megabytes_arrives_whole()
    {
        var text = new string('x', 5 * 1024 * 1024);
        await using var peer = await SsePeer.StartAsync(request => request.Method == "tools/call" ? request.Result($$"""{"text":"{{text}}"}""") : SsePeer.Echo(request));
        await using var rig = await LinkRig.OpenAsync(peer.Url, ServerTransport.Sse);

        await rig.CallAsync(1);

        Assert.Contains(text, await rig.Feed.NextAsync(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("http://127.0.0.1:1/messages")]
    [InlineData("//localhost:1/messages")]
    [InlineData("https://127.0.0.1/messages")]
    public async Task An_address_at_another_origin_is_refused(string endpoint)
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo, endpoint);

        var failure = await Assert.ThrowsAsync<ServerLaunchException>(() => LinkRig.ConnectAsync(peer.Url, ServerTransport.Sse));

        Assert.Contains("'far'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("is another origin", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_end_of_the_stream_is_the_end_of_the_link()
    {
        await using var peer = await SsePeer.StartAsync(request => request.Method == "tools/call" ? "end" : SsePeer.Echo(request));
        await using var rig = await LinkRig.OpenAsync(peer.Url, ServerTransport.Sse);

        await rig.CallAsync(1);

        Assert.Equal("closed its stream", await rig.Link.Closed.WaitAsync(Cancelled));
        await Assert.ThrowsAsync<LinkClosedException>(async () => await rig.CallAsync(2));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_death_of_the_server_is_the_end_of_the_link()
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo);
        await using var rig = await LinkRig.OpenAsync(peer.Url, ServerTransport.Sse);

        await peer.DisposeAsync();

        Assert.NotEmpty(await rig.Link.Closed.WaitAsync(Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_post_that_is_refused_fails_its_call_and_no_more()
    {
        await using var stream = await RemotePeer.StartAsync(async request =>
        {
            if (request.Verb == "GET")
            {
                await request.BeginEventsAsync();
                await request.EventAsync("/gone", type: "endpoint");
                await request.UntilGoneAsync();
                return;
            }

            await request.RespondAsync(410);
        });
        await using var rig = await LinkRig.ConnectAsync(stream.Url, ServerTransport.Sse);

        await rig.CallAsync(1);

        Assert.StartsWith("undeliverable 410", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.False(rig.Link.Closed.IsCompleted);
    }
}
