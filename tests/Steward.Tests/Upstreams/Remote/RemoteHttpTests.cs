using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>What holds for every request to a remote server.</summary>
public sealed class RemoteHttpTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_another_origin_is_not_followed(int status)
    {
        await using var thief = await RemotePeer.StartAsync(request => request.AnswerAsync("{}"));
        await using var peer = await RemotePeer.StartAsync(request =>
        {
            request.Context.Response.Headers.Location = $"{thief.Url}?key=pw";
            return request.RespondAsync(status);
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url, headers: new() { ["Authorization"] = "Bearer x" });

        await rig.CallAsync(1);

        var line = await rig.Feed.NextAsync();
        Assert.StartsWith($"undeliverable {status}: ", line, StringComparison.Ordinal);
        Assert.Contains($"the way to {thief.Url}, which Steward does not follow to another origin", line, StringComparison.Ordinal);
        Assert.DoesNotContain("pw", line, StringComparison.Ordinal);
        Assert.Empty(thief.Requests);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_redirect_within_the_origin_is_followed_with_method_and_body()
    {
        await using var peer = await RemotePeer.StartAsync(request =>
        {
            if (request.Path == "/mcp/")
                return request.AnswerAsync("{}");
            request.Context.Response.Headers.Location = "/mcp/";
            return request.RespondAsync(307);
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url, headers: new() { ["Authorization"] = "Bearer x" });

        await rig.CallAsync(1);

        Assert.StartsWith("1: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(("POST", "Bearer x"), (peer.Requests[1].Verb, peer.Requests[1].Header("Authorization")));
        Assert.Equal(peer.Requests[0].Body, peer.Requests[1].Body);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_redirect_without_end_ends()
    {
        await using var peer = await RemotePeer.StartAsync(request =>
        {
            request.Context.Response.Headers.Location = "/mcp";
            return request.RespondAsync(308);
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallAsync(1);

        Assert.StartsWith("undeliverable 308", await rig.Feed.NextAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_without_a_trusted_certificate_is_refused_in_words()
    {
        await using var peer = await RemotePeer.StartAsync(request => request.AnswerAsync("{}")); // speaks no TLS at all
        await using var rig = await LinkRig.ConnectAsync(new UriBuilder(peer.Url) { Scheme = "https" }.Uri);

        await rig.CallAsync(1);

        var line = await rig.Feed.NextAsync();
        Assert.Contains("no trusted TLS connection to https://127.0.0.1", line, StringComparison.Ordinal);
        Assert.Contains("certificate must be valid for 127.0.0.1", line, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cookie_is_not_given_back()
    {
        await using var peer = await RemotePeer.StartAsync(request =>
        {
            request.Context.Response.Headers.SetCookie = "a=b";
            return request.AnswerAsync("{}");
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallAsync(1);
        await rig.Feed.NextAsync();
        await rig.CallAsync(2);
        await rig.Feed.NextAsync();

        Assert.All(peer.Requests, request => Assert.Null(request.Header("Cookie")));
        Assert.All(peer.Requests, request => Assert.StartsWith("steward/", request.Header("User-Agent"), StringComparison.Ordinal));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(null, "Basic dTpwQHc=")]
    [InlineData("Bearer x", "Bearer x")]
    public async Task User_and_password_of_the_url_are_credentials_unless_others_are_given(string? given, string sent)
    {
        await using var peer = await RemotePeer.StartAsync(request => request.AnswerAsync("{}"));
        await using var rig = await LinkRig.ConnectAsync(
            new UriBuilder(peer.Url) { UserName = "u", Password = "p%40w" }.Uri, headers: given is null ? null : new() { ["Authorization"] = given });

        await rig.CallAsync(1);
        await rig.Feed.NextAsync();

        Assert.Equal(sent, peer.Requests[0].Header("Authorization"));
    }

    [Theory]
    [InlineData("http://a/x", "http://a:80/y?z", true)]
    [InlineData("http://a/", "ws://A/", true)]
    [InlineData("https://a/", "wss://a/", true)]
    [InlineData("http://a/", "https://a/", false)]
    [InlineData("http://a/", "http://a:81/", false)]
    [InlineData("http://a/", "http://b.a/", false)]
    public void An_origin_is_scheme_host_and_port(string one, string other, bool isSame) => Assert.Equal(isSame, RemoteOrigin.IsSame(new Uri(one), new Uri(other)));

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_not_there_is_said_to_refuse()
    {
        var peer = await RemotePeer.StartAsync(request => request.AnswerAsync("{}"));
        await peer.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ServerLaunchException>(() => LinkRig.ConnectAsync(peer.Url, ServerTransport.Sse));

        Assert.Equal($"Cannot connect server 'far': {peer.Url} refuses connections; look whether the server runs and listens there.", failure.Message);
    }
}
