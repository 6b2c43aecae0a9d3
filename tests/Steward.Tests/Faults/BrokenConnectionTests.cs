using Steward.Tests.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Connections to remote servers that break, at every byte of an answer.</summary>
public sealed class BrokenConnectionTests
{
    private const string Result = """{"content":[{"type":"text","text":"the answer"}]}""";
    private const string EndOfHead = "\r\n\r\n";
    private const string EndOfEvent = "\n\n";
    private const string EndOfChunks = "\r\n0\r\n\r\n";

    /// <summary>Whatever is cut off, a call has one outcome, and its server hears of it once.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_an_answer_is_cut_its_call_is_told_once_and_never_made_again(bool resets)
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync(Result));
        await using var proxy = FaultProxy.Start(peer.Url);
        await using var rig = await LinkRig.OpenAsync(proxy.Url);
        var length = await LengthAsync(rig, proxy);
        proxy.Resets = resets;

        for (var cut = 0; cut < length; cut++)
        {
            proxy.CutAfter = cut;
            await rig.CallAsync(1000 + cut);

            var told = await rig.Feed.NextAsync();
            Assert.True(told.StartsWith("undeliverable 0: ", StringComparison.Ordinal), $"cut after {cut} of {length} bytes: {told}");
        }

        await AssertStillThereAsync(rig, peer, length);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_a_stream_is_cut_behind_its_first_event_it_is_taken_up_and_the_answer_comes_once(bool resets)
    {
        string? answer = null;
        await using var peer = await LegacyPeer.StartAsync(
            async request =>
            {
                answer = request.Result(Result);
                await request.BeginEventsAsync();
                await request.EventAsync("", retry: 1);
                await request.EventAsync("", id: "first");
                await request.EventAsync(answer, id: "second");
            },
            async request =>
            {
                if (request.Header("Last-Event-ID") is null)
                {
                    await request.RespondAsync(405);
                    return;
                }

                await request.BeginEventsAsync();
                await request.EventAsync(answer!, id: "second");
            });
        await using var proxy = FaultProxy.Start(peer.Url);
        await using var rig = await LinkRig.OpenAsync(proxy.Url);
        var length = await LengthAsync(rig, proxy);
        proxy.Resets = resets;
        var (resumed, failed) = (0, 0);

        for (var cut = 0; cut < length; cut++)
        {
            proxy.CutAfter = cut;
            await rig.CallAsync(1000 + cut);

            var told = await rig.Feed.NextAsync();
            if (told == $"{1000 + cut}: {answer}")
                resumed++;
            else if (told.StartsWith("undeliverable 0: ", StringComparison.Ordinal))
                failed++;
            else
                Assert.Fail($"cut after {cut} of {length} bytes: {told}");
        }

        // A reset may overtake what was sent before it, so how much was lost with it is for the network to say.
        Assert.Equal(length, resumed + failed);
        Assert.True(resets || resumed > answer!.Length, $"{resumed} of {length} were taken up");
        await AssertStillThereAsync(rig, peer, length);
    }

    /// <summary>The modern era cannot take a stream up. The call may have been made, so only its caller can know whether to try again.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_a_stream_of_the_modern_era_is_cut_its_call_fails_and_nothing_is_asked_again(bool resets)
    {
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (request.Verb != "POST")
            {
                await request.RespondAsync(405);
                return;
            }

            await request.BeginEventsAsync();
            await request.EventAsync(request.Result(Result));
        });
        await using var proxy = FaultProxy.Start(peer.Url);
        await using var rig = await LinkRig.ConnectAsync(proxy.Url);
        proxy.CutAfter = int.MaxValue - 1;
        await rig.CallModernAsync(1000);
        var answer = await rig.Feed.NextAsync();
        Assert.StartsWith("1000: ", answer, StringComparison.Ordinal);
        var said = proxy.Passed.LastIndexOf(EndOfEvent, StringComparison.Ordinal) + EndOfEvent.Length; // here the answer is whole, whatever becomes of the rest
        var length = said + EndOfChunks.Length;
        Assert.True(said > proxy.Passed.IndexOf(EndOfHead, StringComparison.Ordinal) + Result.Length, "the answer stands behind the head");
        proxy.Resets = resets;

        for (var cut = 0; cut < length; cut++)
        {
            proxy.CutAfter = cut;
            await rig.CallModernAsync(1000 + cut);

            // A reset may overtake what was sent before it.
            var told = await rig.Feed.NextAsync();
            var isAnswered = told == answer.Replace("1000", $"{1000 + cut}", StringComparison.Ordinal);
            Assert.True(isAnswered || told.StartsWith("undeliverable 0: ", StringComparison.Ordinal), $"cut after {cut} of {length} bytes: {told}");
            Assert.True(isAnswered ? cut >= said : cut < said || resets, $"cut after {cut} of {length} bytes, of which the answer ends at {said}: {told}");
        }

        Assert.DoesNotContain(peer.Requests, request => request.Verb == "GET");
        var calls = peer.Requests.Where(request => request.Method == "tools/call").ToList();
        Assert.Equal((length, length + 1), (calls.DistinctBy(request => request.Id).Count(), calls.Count)); // the first has the id of the one that measured
    }

    /// <summary>How many bytes an answer is long, head included.</summary>
    private static async Task<int> LengthAsync(LinkRig rig, FaultProxy proxy)
    {
        proxy.CutAfter = int.MaxValue - 1;
        await rig.CallAsync(1000, "measure");
        Assert.StartsWith("1000: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        return proxy.Passed.Length;
    }

    private static async Task AssertStillThereAsync(LinkRig rig, RemotePeer peer, int calls)
    {
        await rig.CallAsync(7, "echo");
        Assert.StartsWith("7: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.False(rig.Link.Closed.IsCompleted);
        var posts = peer.Requests.Where(request => request.Method == "tools/call" && !request.Body.Contains("measure", StringComparison.Ordinal)).ToList();
        Assert.Equal(calls + 1, posts.DistinctBy(request => request.Id).Count());
        Assert.Equal(calls + 1, posts.Count);
    }
}
