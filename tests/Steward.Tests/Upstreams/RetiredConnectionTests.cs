using Microsoft.Extensions.Logging.Abstractions;
using Steward.Tests.Testing;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

/// <summary>A connection whose place another has taken.</summary>
public sealed class RetiredConnectionTests
{
    private const string Request = """{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"t"}}""";

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
