using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Upstreams.Auth;

/// <summary>A login opens every transport, and what is said later is said with the same token.</summary>
public sealed class AuthorizedLinkTests
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";

    [Theory(Timeout = 30_000)]
    [InlineData(ServerTransport.Sse, "/sse")]
    [InlineData(ServerTransport.WebSocket, "/ws")]
    public async Task A_channel_is_opened_after_a_login_and_the_next_one_without(ServerTransport transport, string path)
    {
        await using var rig = await AuthRig.StartAsync();
        var life = rig.Begin(withPerson: true);

        for (var i = 0; i < 2; i++)
        {
            await using var link = await rig.LinkAsync(life, transport, path);
            await link.SendAsync(Ping);
            Assert.Equal(Ping, await link.Feed.NextAsync());
        }

        Assert.Equal((1, 1), (rig.Server.Count("authorize"), rig.Server.Count("token authorization_code")));
    }
}
