using System.Net;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Upstreams.Auth;
using Xunit;

namespace Steward.Tests.Hosting;

/// <summary>People log in to remote servers of a program that embeds a manager; no gateway takes their browsers back.</summary>
public sealed class EmbeddedLoginTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_server_runs_once_somebody_has_logged_in()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var manager = Manager(server);
        var refused = await Assert.ThrowsAsync<ServerStartException>(() => manager.StartServerAsync("search", Cancelled));
        Assert.Contains("call McpServerManager.LoginAsync", refused.Message, StringComparison.Ordinal);

        var status = await manager.LoginAsync("search", ApproveAsync, Cancelled);

        Assert.Equal((ServerState.Running, 1), (status.State, status.ToolCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task Logging_out_stops_the_server_and_the_next_start_needs_a_login()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var manager = Manager(server);
        await manager.LoginAsync("search", ApproveAsync, Cancelled);

        Assert.Equal(ServerState.Stopped, (await manager.LogoutAsync("search", Cancelled)).State);

        await Assert.ThrowsAsync<ServerStartException>(() => manager.StartServerAsync("search", Cancelled));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_login_that_is_refused_says_why()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var manager = Manager(server);

        var failure = await Assert.ThrowsAsync<ServerLoginException>(() => manager.LoginAsync("search", async (address, _) =>
        {
            var back = Steward.Upstreams.Auth.QueryText.Find(address.Query, "redirect_uri")!;
            var state = Steward.Upstreams.Auth.QueryText.Find(address.Query, "state");
            using var browser = new HttpClient();
            Assert.Contains("not today", await browser.GetStringAsync($"{back}?error=access_denied&error_description=not%20today&state={state}", Cancelled), StringComparison.Ordinal);
        }, Cancelled));

        Assert.Equal("search", failure.ServerId);
        Assert.Contains("not today", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_login_that_is_given_up_takes_no_browser_back_and_can_be_begun_again()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var manager = Manager(server);
        using var impatience = new CancellationTokenSource();
        Uri? redirect = null;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => manager.LoginAsync("search", async (address, _) =>
        {
            redirect = await FakeAuthorizationServer.ApproveAsync(address, Cancelled);
            await impatience.CancelAsync();
        }, impatience.Token));

        using var late = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => late.GetAsync(redirect, Cancelled));
        Assert.Equal(ServerState.Running, (await manager.LoginAsync("search", ApproveAsync, Cancelled)).State);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_of_this_machine_needs_no_login()
    {
        await using var manager = new McpServerManager([new ServerConfig { Id = "local", Command = "true" }]);

        await Assert.ThrowsAsync<InvalidOperationException>(() => manager.LoginAsync("local", ApproveAsync, Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => manager.LogoutAsync("local", Cancelled));
        await Assert.ThrowsAsync<UnknownServerException>(() => manager.LoginAsync("nobody", ApproveAsync, Cancelled));
    }

    private static McpServerManager Manager(FakeAuthorizationServer server) =>
        new([new ServerConfig { Id = "search", Transport = ServerTransport.Http, Url = server.Endpoint.AbsoluteUri }]);

    private static async Task ApproveAsync(Uri address, CancellationToken cancellationToken)
    {
        using var browser = new HttpClient();
        using var page = await browser.GetAsync(await FakeAuthorizationServer.ApproveAsync(address, cancellationToken), cancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }
}
