using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Upstreams.Auth;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>adk-rust's tests of protocol compatibility, with processes of the official SDK; and a remote server that wants to know who asks.</summary>
public sealed class AdkEraTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("legacy", ServerLifecycle.Initialize, "2025-11-25")]
    [InlineData("legacy", ServerLifecycle.Auto, "2025-11-25")]
    [InlineData("both", ServerLifecycle.Initialize, "2025-11-25")]
    [InlineData("both", ServerLifecycle.Auto, "2026-07-28")]
    [InlineData("both", ServerLifecycle.Discover, "2026-07-28")]
    [InlineData("modern", ServerLifecycle.Auto, "2026-07-28")]
    [InlineData("modern", ServerLifecycle.Discover, "2026-07-28")]
    public async Task Whatever_the_era_of_a_server_its_tools_are_listed_and_called(string era, ServerLifecycle lifecycle, string revision)
    {
        await using var manager = new McpServerManager([Server(era, lifecycle)]);

        var status = await manager.StartServerAsync("any", Cancelled);
        var tools = await manager.ListToolsAsync("any", Cancelled);
        var result = await manager.CallToolAsync("any", "echo", new Dictionary<string, object?> { ["text"] = "hello" }, cancellationToken: Cancelled);

        Assert.Equal((ServerState.Running, revision), (status.State, status.Revision));
        Assert.Contains(tools, tool => tool.Name == "echo");
        Assert.Equal("hello", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("legacy", ServerLifecycle.Discover)]
    [InlineData("modern", ServerLifecycle.Initialize)]
    public async Task A_server_that_does_not_know_the_era_it_is_held_to_fails_and_says_so(string era, ServerLifecycle lifecycle)
    {
        await using var manager = new McpServerManager([Server(era, lifecycle) with { RestartPolicy = RestartPolicy.Never }]);

        var failure = await Assert.ThrowsAsync<ServerStartException>(() => manager.StartServerAsync("any", Cancelled));

        Assert.True(failure.Status.State is ServerState.Crashed or ServerState.FailedToStart, failure.Message);
        Assert.NotEmpty(failure.Status.LastError!);
        Assert.Null(failure.Status.Pid);
    }

    /// <summary>There, remote servers were beyond the manager, and a token was fetched once for all time.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_remote_server_is_reached_with_a_token_of_its_own_and_another_when_that_is_worth_nothing_any_more()
    {
        await using var server = await FakeAuthorizationServer.StartAsync();
        var config = new ServerConfig
        {
            Id = "far",
            Transport = ServerTransport.Http,
            Url = server.Endpoint.AbsoluteUri,
            Lifecycle = ServerLifecycle.Initialize,
            Auth = new ServerAuth { Grant = OAuthGrant.ClientCredentials, ClientId = "machine", ClientSecret = "s3cret" },
        };
        await using var manager = new McpServerManager([config]);

        Assert.Equal(ServerState.Running, (await manager.StartServerAsync("far", Cancelled)).State);
        Assert.Equal("look", Assert.Single(await manager.ListToolsAsync("far", Cancelled)).Name);
        Assert.Equal((1, 0), (server.Count("token client_credentials"), server.Count("authorize")));

        server.RevokeAll();
        Assert.Equal("look", Assert.Single(await manager.ListToolsAsync("far", Cancelled)).Name);
        Assert.Equal(2, server.Count("token client_credentials"));
    }

    private static ServerConfig Server(string era, ServerLifecycle lifecycle) =>
        RealServers.Process("any", "fixture") with { Args = ["--mode", "fixture", "--era", era], Lifecycle = lifecycle };
}
