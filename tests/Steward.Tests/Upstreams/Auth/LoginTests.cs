using System.Net;
using Steward.Cli;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Cli;
using Steward.Tests.Server;
using Xunit;

namespace Steward.Tests.Upstreams.Auth;

/// <summary>From a server that waits for a login to one that runs, through the daemon's API and the command line.</summary>
public sealed class LoginTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_server_without_a_login_waits_for_one_and_then_runs()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var rig = await HostRig.StartAsync(onLaunch: null, Remote(server));
        var waiting = await rig.Host.Manager.WaitForStatusAsync("search", status => status.State == ServerState.FailedToStart, Cancelled);
        Assert.Equal("Server 'search' needs a login: run `steward login search`", waiting.LastError);

        var address = await BeginAsync(rig);
        var redirect = await FakeAuthorizationServer.ApproveAsync(address, Cancelled);
        Assert.Equal("/oauth/callback", redirect.AbsolutePath);
        using var browser = rig.CreateClient();
        using var page = await browser.GetAsync(redirect.PathAndQuery, Cancelled);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("You are logged in", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        using var running = await rig.Client.GetAsync("/api/v1/servers/search/login", Cancelled);
        Assert.Contains("\"Running\"", await running.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(1, rig.Host.Manager.FindStatus("search")!.ToolCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_browser_that_nobody_waits_for_is_told_so()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var rig = await HostRig.StartAsync(onLaunch: null, Remote(server));
        await BeginAsync(rig);
        using var browser = rig.CreateClient();

        foreach (var query in new[] { "", "?code=c", "?code=c&state=guessed" })
        {
            using var page = await browser.GetAsync($"/oauth/callback{query}", Cancelled);
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }

        Assert.Equal(0, server.Count("token authorization_code"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_login_that_is_refused_says_why_without_markup_of_others()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var rig = await HostRig.StartAsync(onLaunch: null, Remote(server));
        var address = await BeginAsync(rig);
        var state = Steward.Upstreams.Auth.QueryText.Find(address.Query, "state");
        using var browser = rig.CreateClient();

        var page = await browser.GetStringAsync($"/oauth/callback?error=access_denied&error_description=%3Cscript%3E&state={state}", Cancelled);
        using var outcome = await rig.Client.GetAsync("/api/v1/servers/search/login", Cancelled);

        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadGateway, outcome.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_command_line_logs_in_and_out()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var rig = await HostRig.StartAsync(onLaunch: null, Remote(server));
        using var browser = rig.CreateClient();
        Task returning = Task.CompletedTask;
        var cli = new CliRig(rig, rig.Data)
        {
            OpenBrowser = address =>
            {
                returning = ReturnAsync(browser, new Uri(address));
                return true;
            },
        };

        var (exitCode, output, error) = await cli.RunAsync("login", "search");
        await returning;

        Assert.Equal(("Logged in. search is Running\n", ExitCodes.Success), (output, exitCode));
        Assert.Contains($"To log in, open {server.Origin}authorize?", error, StringComparison.Ordinal);

        (exitCode, output, _) = await cli.RunAsync("logout", "search");
        Assert.Equal(("Logged out. search is Stopped\n", ExitCodes.Success), (output, exitCode));
        (exitCode, _, error) = await cli.RunAsync("start", "search");
        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("needs a login", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_registered_with_a_port_has_its_browser_taken_back_there()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        var port = FreePort();
        await using var rig = await HostRig.StartAsync(onLaunch: null, Remote(server) with { Auth = new ServerAuth { ClientId = "known", ClientSecret = "s", RedirectPort = port } });

        var redirect = await FakeAuthorizationServer.ApproveAsync(await BeginAsync(rig), Cancelled);
        Assert.Equal(port, redirect.Port);
        using var browser = new HttpClient();
        var page = await browser.GetStringAsync(redirect, Cancelled);

        Assert.Contains("You are logged in", page, StringComparison.Ordinal);
        Assert.Equal(0, server.Count("register"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_no_login_helps_says_so()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        await using var rig = await HostRig.StartAsync(onLaunch: null, Remote(server) with { Auth = new ServerAuth { Type = ServerAuthType.Bearer, Token = "t" } });
        var cli = new CliRig(rig, rig.Data);

        var (exitCode, _, error) = await cli.RunAsync("login", "search", "--no-browser");
        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("needs no login", error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Unknown, (await cli.RunAsync("login", "serach")).ExitCode);
    }

    private static ServerConfig Remote(FakeAuthorizationServer server) =>
        new() { Id = "search", Transport = ServerTransport.Http, Url = server.Endpoint.AbsoluteUri, Lifecycle = ServerLifecycle.Initialize };

    private static async Task<Uri> BeginAsync(HostRig rig)
    {
        using var begun = await rig.Client.PostAsync("/api/v1/servers/search/login", null, Cancelled);
        var body = await begun.Content.ReadAsStringAsync(Cancelled);
        Assert.True(begun.IsSuccessStatusCode, body);
        return new Uri(System.Text.Json.JsonElement.Parse(body).GetProperty("authorizationUrl").GetString()!);
    }

    private static async Task ReturnAsync(HttpClient browser, Uri address)
    {
        var redirect = await FakeAuthorizationServer.ApproveAsync(address, Cancelled);
        using var page = await browser.GetAsync(redirect.PathAndQuery, Cancelled);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
