using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>The death of a remote server.</summary>
public sealed class RemoteVitalsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_failing_call_shows_that_the_server_is_dead()
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"));
        await using var rig = await LinkRig.OpenAsync(peer.Url);
        await peer.DisposeAsync();

        await rig.CallAsync(1);

        // A closed port, or the end of a connection that was open before: which of them the call meets is for the network to say.
        Assert.Matches($"^undeliverable 0: {peer.Url}(: .+| refuses connections; look whether the server runs and listens there)", await rig.Feed.NextAsync());
        Assert.Contains("cannot be reached any more", await rig.Link.Closed.WaitAsync(Cancelled), StringComparison.Ordinal);
        await Assert.ThrowsAsync<Steward.Upstreams.LinkClosedException>(async () => await rig.CallAsync(2));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_broken_stream_shows_it_without_any_call()
    {
        var isOpen = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"), async request =>
        {
            await request.BeginEventsAsync();
            isOpen.TrySetResult();
            await request.UntilGoneAsync();
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);
        await isOpen.Task.WaitAsync(Cancelled);

        await peer.DisposeAsync();

        Assert.Contains("cannot be reached any more", await rig.Link.Closed.WaitAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Calls_that_break_at_once_leave_a_living_server_alone()
    {
        const int calls = 10;
        await using var peer = await LegacyPeer.StartAsync(request =>
        {
            if (request.Id == "99")
                return request.AnswerAsync("{}");
            return request.BreakAfterAsync(Task.CompletedTask);
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        for (var id = 1; id <= calls; id++)
            await rig.CallAsync(id);
        for (var id = 1; id <= calls; id++)
            Assert.StartsWith("undeliverable 0", await rig.Feed.NextAsync(), StringComparison.Ordinal);

        await rig.CallAsync(99);
        Assert.StartsWith("99: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.False(rig.Link.Closed.IsCompleted);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_proxy_that_does_not_reach_the_server_shows_it_too()
    {
        var isDown = false;
        await using var peer = await RemotePeer.StartAsync(request => isDown ? request.RespondAsync(502)
            : request.Verb == "GET" ? request.RespondAsync(405)
            : request.Method == "initialize" ? request.AnswerAsync("""{"protocolVersion":"2025-11-25"}""")
            : request.RespondAsync(202));
        await using var rig = await LinkRig.OpenAsync(peer.Url);
        isDown = true;

        await rig.CallAsync(1);

        Assert.Contains("what stands before the server does not reach it", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("cannot be reached any more", await rig.Link.Closed.WaitAsync(Cancelled), StringComparison.Ordinal);
    }
}
