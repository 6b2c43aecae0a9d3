using System.Text;
using Steward.Gateway;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Requests that come back because their server did not take them.</summary>
public sealed class UnsentCallTests
{
    [Fact(Timeout = 30_000)]
    public async Task One_that_its_client_gave_up_meanwhile_is_not_refused_as_well()
    {
        var message = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"echo"}}""");
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();
        var session = Assert.Single(rig.Gateway.Sessions.All);
        var (kept, cancelled) = (New(), New());
        Assert.True(session.TryAdd(kept, 2) && session.TryAdd(cancelled, 2));

        cancelled.Cancel("not any more");

        Assert.False(cancelled.Refuse());
        Assert.True(kept.Refuse());
        Assert.False(kept.Refuse());
        kept.Cancel("too late");
        Assert.Equal(0, session.CallsInFlight);

        Exchange New() => new LegacyExchange(session, rig.Gateway.Servers.Find("a")!.Run!.Connection, Timeout.InfiniteTimeSpan, message, JsonRpcEnvelope.Parse(message));
    }
}
