using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Upstreams.Auth;

public sealed class RevocationTests
{
    [Fact(Timeout = 30_000)]
    public async Task Whoever_logs_out_has_the_refresh_token_revoked_as_the_client_that_got_it()
    {
        await using var rig = await AuthRig.StartAsync();
        var life = rig.Begin(withPerson: true);
        await rig.SendAsync(rig.Connect(life));

        await rig.LogoutAsync(life);

        var form = Assert.Single(rig.Server.RevocationForms);
        Assert.Equal(("refresh-2", "refresh_token"), (form["token"], form["token_type_hint"]));
        Assert.Equal(("registered", "registered-secret"), (form["client_id"], form["client_secret"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_with_credentials_of_its_own_has_its_access_token_revoked()
    {
        await using var rig = await AuthRig.StartAsync();
        rig.Auth = new ServerAuth { Type = ServerAuthType.OAuth, Grant = OAuthGrant.ClientCredentials, ClientId = "me", ClientSecret = "mine" };
        var life = rig.Begin(withPerson: false);
        await rig.SendAsync(rig.Connect(life));

        await rig.LogoutAsync(life);

        Assert.Equal(("access-1", "access_token"), (Assert.Single(rig.Server.RevocationForms)["token"], rig.Server.RevocationForms.First()["token_type_hint"]));
        Assert.Equal("Basic bWU6bWluZQ==", rig.Server.LastBasic);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(503)]
    [InlineData(400)]
    [InlineData(0)]
    public async Task The_tokens_are_forgotten_here_whatever_the_authorization_server_says(int status)
    {
        await using var rig = await AuthRig.StartAsync();
        var life = rig.Begin(withPerson: true);
        var client = rig.Connect(life);
        await rig.SendAsync(client);
        if (status == 0)
            rig.Server.OffersRevocation = false;
        rig.Server.RevocationStatus = status;

        await rig.LogoutAsync(life);
        await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true)));

        Assert.Equal(2, rig.Server.Count("authorize"));
        Assert.Equal(status == 0 ? 0 : 1, rig.Server.RevocationForms.Count);
    }
}
