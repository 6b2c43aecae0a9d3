using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steward.Configuration;
using Steward.Tests.Testing;
using Steward.Upstreams.Auth;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Upstreams.Auth;

public sealed class AuthorizationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_refused_request_is_sent_again_once_a_person_has_logged_in()
    {
        await using var rig = await AuthRig.StartAsync();

        Assert.Equal(200, await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true))));

        Assert.Equal(["mcp ping", "resource", "metadata", "register", "authorize", "token authorization_code", "mcp ping"], rig.Server.Asked);
        Assert.Equal(rig.Server.Endpoint.AbsoluteUri, Assert.Single(rig.Server.TokenForms)["resource"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Requests_side_by_side_share_one_login()
    {
        await using var rig = await AuthRig.StartAsync();
        var client = rig.Connect(rig.Begin(withPerson: true));

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => rig.SendAsync(client)));

        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal(1, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_token_is_renewed_a_minute_before_its_end_and_not_sooner()
    {
        await using var rig = await AuthRig.StartAsync();
        var client = rig.Connect(rig.Begin(withPerson: true));
        await rig.SendAsync(client);

        rig.Time.Advance(TimeSpan.FromMinutes(59) - TimeSpan.FromSeconds(1));
        await rig.SendAsync(client);
        Assert.Equal(0, rig.Server.Count("token refresh_token"));

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => rig.SendAsync(client)));
        Assert.Equal(1, rig.Server.Count("token refresh_token"));
        Assert.Equal(1, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_does_not_rotate_refresh_tokens_is_shown_the_old_one_again()
    {
        await using var rig = await AuthRig.StartAsync();
        rig.Server.RotatesRefreshTokens = false;
        var client = rig.Connect(rig.Begin(withPerson: true));
        await rig.SendAsync(client);

        for (var i = 0; i < 3; i++)
        {
            rig.Time.Advance(TimeSpan.FromHours(2));
            Assert.Equal(200, await rig.SendAsync(client));
        }

        var renewals = rig.Server.TokenForms.Where(form => form["grant_type"] == "refresh_token").ToList();
        Assert.Equal(3, renewals.Count);
        Assert.Single(renewals.Select(form => form["refresh_token"]).Distinct());
        Assert.Equal(1, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_token_that_the_server_refuses_before_its_time_is_renewed()
    {
        await using var rig = await AuthRig.StartAsync();
        var client = rig.Connect(rig.Begin(withPerson: true));
        await rig.SendAsync(client);

        rig.Server.RevokeAll();

        Assert.Equal(200, await rig.SendAsync(client));
        Assert.Equal(1, rig.Server.Count("token refresh_token"));
        Assert.Equal(1, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_next_daemon_goes_on_with_the_tokens_and_the_registration_of_the_last()
    {
        await using var rig = await AuthRig.StartAsync();
        await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true)));
        rig.Server.Asked.Clear();

        var client = rig.Connect(rig.Begin(withPerson: false));
        Assert.Equal(200, await rig.SendAsync(client));
        Assert.Equal(["mcp ping"], rig.Server.Asked);

        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(200, await rig.SendAsync(client));
        Assert.Equal(0, rig.Server.Count("register"));
        Assert.Equal(1, rig.Server.Count("token refresh_token"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_a_person_the_refusal_says_how_to_log_in_and_nobody_else_is_asked()
    {
        await using var rig = await AuthRig.StartAsync();
        var life = rig.Begin(withPerson: false);
        var client = rig.Connect(life);

        var refusal = await Assert.ThrowsAsync<RemoteRefusalException>(() => rig.SendAsync(client));

        Assert.Contains("run `steward login search`", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["mcp ping"], rig.Server.Asked);
        Assert.Contains("steward login search", life.FindNeed("search"), StringComparison.Ordinal);
        rig.Connect(life);
        Assert.Null(life.FindNeed("search"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_refused_renewal_needs_a_login_and_is_not_tried_again()
    {
        await using var rig = await AuthRig.StartAsync();
        await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true)));
        var client = rig.Connect(rig.Begin(withPerson: false));
        rig.Server.RefreshStatus = 400;
        rig.Time.Advance(TimeSpan.FromHours(2));
        rig.Server.RevokeAll();

        await Assert.ThrowsAsync<RemoteRefusalException>(() => rig.SendAsync(client));
        await Assert.ThrowsAsync<RemoteRefusalException>(() => rig.SendAsync(client));

        Assert.Equal(1, rig.Server.Count("token refresh_token"));
        Assert.Equal(1, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_authorization_server_in_trouble_costs_nobody_a_login()
    {
        await using var rig = await AuthRig.StartAsync();
        await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true)));
        var life = rig.Begin(withPerson: false);
        var client = rig.Connect(life);
        rig.Server.RefreshStatus = 503;
        rig.Time.Advance(TimeSpan.FromMinutes(59.5));

        Assert.Equal(200, await rig.SendAsync(client)); // the old one is still good
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        var refusal = await Assert.ThrowsAsync<RemoteRefusalException>(() => rig.SendAsync(client));
        Assert.Contains("503", refusal.Message, StringComparison.Ordinal);
        Assert.Null(life.FindNeed("search"));

        rig.Server.RefreshStatus = 0;
        Assert.Equal(200, await rig.SendAsync(client));
        Assert.Equal(1, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_step_up_asks_for_the_new_rights_and_keeps_the_old()
    {
        await using var rig = await AuthRig.StartAsync();
        await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true)));

        var client = rig.Connect(rig.Begin(withPerson: true)); // which does not remember what the first asked for
        Assert.Equal(200, await rig.SendAsync(client, "write"));
        Assert.Equal(200, await rig.SendAsync(client));

        Assert.Equal(2, rig.Server.Count("authorize"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_missing_right_is_told_to_whoever_needs_it_and_to_nobody_else()
    {
        await using var rig = await AuthRig.StartAsync();
        await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true)));
        var life = rig.Begin(withPerson: false);
        var client = rig.Connect(life);

        var refusal = await Assert.ThrowsAsync<RemoteRefusalException>(() => rig.SendAsync(client, "write"));

        Assert.Contains("more rights", refusal.Message, StringComparison.Ordinal);
        Assert.Null(life.FindNeed("search"));
        Assert.Equal(200, await rig.SendAsync(client));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("Basic")]
    public async Task A_server_that_does_not_speak_of_bearer_tokens_is_left_alone(string scheme)
    {
        await using var rig = await AuthRig.StartAsync();
        rig.Server.ChallengeScheme = scheme;

        Assert.Equal(401, await rig.SendAsync(rig.Connect(rig.Begin(withPerson: true))));

        Assert.Equal(["mcp ping"], rig.Server.Asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_of_another_issuer_is_refused()
    {
        await using var rig = await AuthRig.StartAsync();
        rig.Server.IssuerInRedirect = "https://evil.example.org";
        var client = rig.Connect(rig.Begin(withPerson: true));

        var refusal = await Assert.ThrowsAsync<RemoteRefusalException>(() => rig.SendAsync(client));

        Assert.Contains("issuer", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, rig.Server.Count("token authorization_code"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Client_credentials_need_no_person_and_are_asked_for_again_in_time()
    {
        await using var rig = await AuthRig.StartAsync();
        rig.Auth = new ServerAuth { Grant = OAuthGrant.ClientCredentials, ClientId = "machine", ClientSecret = "s ecret" };
        var client = rig.Connect(rig.Begin(withPerson: false));

        Assert.Equal(200, await rig.SendAsync(client));
        Assert.Equal($"Basic {Convert.ToBase64String("machine:s%20ecret"u8)}", rig.Server.LastBasic);
        Assert.Equal("read", rig.Server.TokenForms.Last()["scope"]);
        rig.Time.Advance(TimeSpan.FromMinutes(59.5));
        Assert.Equal(200, await rig.SendAsync(client));

        Assert.Equal(2, rig.Server.Count("token client_credentials"));
        Assert.Equal(0, rig.Server.Count("authorize"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task A_client_with_a_key_signs_for_itself(string algorithm)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        await using var rig = await AuthRig.StartAsync();
        rig.Auth = new ServerAuth { Grant = OAuthGrant.ClientCredentials, ClientId = "machine", PrivateKeyPem = algorithm == "ES256" ? ec.ExportPkcs8PrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem() };

        Assert.Equal(200, await rig.SendAsync(rig.Connect(rig.Begin(withPerson: false))));

        var parts = rig.Server.TokenForms.Single()["client_assertion"].Split('.');
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]);
        Assert.True(algorithm == "ES256" ? ec.VerifyData(signed, signature, HashAlgorithmName.SHA256) : rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var claims = JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal("machine", claims.GetProperty("sub").GetString());
        Assert.Equal(rig.Server.Origin.GetLeftPart(UriPartial.Authority), claims.GetProperty("aud").GetString());
        Assert.Equal(FakeTimeProvider.Start.ToUnixTimeSeconds() + 300, claims.GetProperty("exp").GetInt64());
    }

    [Theory]
    [InlineData("https://as.example.org/token", true)]
    [InlineData("http://127.0.0.1:9/token", true)]
    [InlineData("http://mcp.example.org/token", true)]
    [InlineData("http://as.example.org/token", false)]
    [InlineData("file:///etc/passwd", false)]
    public void Secrets_go_over_no_wire_that_is_less_safe_than_the_servers_own(string url, bool allowed) =>
        Assert.Equal(allowed, AuthorizationTraffic.MayGoTo(new Uri(url), new Uri("http://mcp.example.org/mcp")));

    [Fact(Timeout = 30_000)]
    public async Task No_log_line_holds_a_token()
    {
        await using var rig = await AuthRig.StartAsync();
        var loggers = new FakeLoggerFactory();
        rig.Loggers = loggers;
        var client = rig.Connect(rig.Begin(withPerson: true));
        await rig.SendAsync(client);
        rig.Time.Advance(TimeSpan.FromHours(2));
        await rig.SendAsync(client);
        loggers.CreateLogger("").Log(Microsoft.Extensions.Logging.LogLevel.Information, default, "the end", null, (text, _) => text);

        await loggers.Sees(
            line =>
            {
                Assert.DoesNotMatch("access-[0-9]|refresh-[0-9]|registered-secret|code-[0-9]", line);
                return line.EndsWith("the end", StringComparison.Ordinal);
            },
            Cancelled);
    }
}
