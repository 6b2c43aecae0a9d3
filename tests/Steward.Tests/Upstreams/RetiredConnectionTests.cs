using Microsoft.Extensions.Logging.Abstractions;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Upstreams;

/// <summary>A connection whose place another has taken.</summary>
public sealed class RetiredConnectionTests
{
    private const string Request = """{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"t"}}""";

    [Fact(Timeout = 30_000)]
    public async Task How_the_last_calls_of_a_replaced_version_go_says_nothing_of_the_next_one()
    {
        var (link, time) = (new FakeLink(), new FakeTimeProvider());
        var window = new CallWindow(time);
        await using var connection = new UpstreamConnection("s", link, new RecordingHandler(), log: null, time, NullLogger.Instance) { Calls = window };
        connection.Start();
        RecordingCall[] calls = [.. Enumerable.Range(0, 3).Select(_ => new RecordingCall(client: this, timeout: TimeSpan.FromMinutes(1)))];
        foreach (var call in calls)
            Assert.True(connection.Call(call, Messages.Utf8(Request), Messages.Parse(Request)));
        link.Say($$$"""{"jsonrpc":"2.0","id":{{{calls[0].UpstreamId}}},"result":{}}""");
        Assert.Equal(1, window.Read().Calls);

        connection.Retire();
        link.Say($$$"""{"jsonrpc":"2.0","id":{{{calls[1].UpstreamId}}},"result":{}}""");
        time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));
        await calls[2].Ended;

        Assert.Equal((JsonRpcErrorCode.RequestTimeout, 1, 0), (calls[2].FailedWith, window.Read().Calls, window.Read().Failed));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_said_goes_on_and_what_was_not_goes_elsewhere()
    {
        var link = new FakeLink();
        await using var connection = new UpstreamConnection("s", link, new RecordingHandler(), log: null, new FakeTimeProvider(), NullLogger.Instance);
        connection.Start();
        var begun = new RecordingCall { MayBeElsewhere = true };
        Assert.True(connection.Call(begun, Messages.Utf8(Request), Messages.Parse(Request)));
        connection.Retire();
        var late = new RecordingCall { MayBeElsewhere = true };

        Assert.False(connection.Call(late, Messages.Utf8(Request), Messages.Parse(Request)));
        Assert.Null(await connection.TryRequestAsync("tools/list", default, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        Assert.Empty(late.Heard);
        link.Say($$$"""{"jsonrpc":"2.0","id":{{{begun.UpstreamId}}},"result":{}}""");
        Assert.True(connection.Call(begun, Messages.Utf8(Request), Messages.Parse(Request))); // once more, as a round of questions does
        Assert.Equal(2, link.Sent.Count);
        Assert.True(connection.TryEnd(begun));

        connection.FailAll("it is over");
        Assert.False(connection.Call(late, Messages.Utf8(Request), Messages.Parse(Request)));
        Assert.Empty(late.Heard);
    }
}
