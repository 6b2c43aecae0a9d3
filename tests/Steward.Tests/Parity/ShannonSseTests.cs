using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Upstreams.Remote;
using Steward.Upstreams;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Shannon's manager: its link to servers of HTTP+SSE.</summary>
public sealed class ShannonSseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, a link counted as connected after half a second, whatever had happened.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("no address")]
    [InlineData("no answer")]
    [InlineData("no stream")]
    public async Task A_server_runs_when_its_handshake_is_done_and_not_before(string lacking)
    {
        await using var peer = lacking switch
        {
            "no answer" => await SsePeer.StartAsync(_ => null),
            "no stream" => await RemotePeer.StartAsync(request => request.RespondAsync(500)),
            _ => await RemotePeer.StartAsync(async request =>
            {
                await request.BeginEventsAsync();
                await request.UntilGoneAsync();
            }),
        };
        await using var rig = await RealServers.StartAsync(Server(peer) with { StartupTimeout = TimeSpan.FromMilliseconds(700), RestartPolicy = RestartPolicy.Never });

        var status = await rig.Host.Manager.WaitForStatusAsync("far", status => status.State is not (ServerState.Stopped or ServerState.Starting or ServerState.Stopping), Cancelled);

        Assert.True(status.State is ServerState.Crashed or ServerState.FailedToStart, status.State.ToString());
        Assert.NotEmpty(status.LastError!);
        Assert.Null(status.RunningSince);
    }

    /// <summary>There, the address was made up, and the path of the server's own address got lost.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("/mcp/deep/sse", "messages?session=1", "/mcp/deep/messages")]
    [InlineData("/mcp/deep/sse", "?session=1", "/mcp/deep/sse")]
    [InlineData("/mcp/deep/sse", "/elsewhere", "/elsewhere")]
    public async Task Messages_go_where_the_server_says_wherever_it_lies(string path, string endpoint, string expected)
    {
        var posted = new TaskCompletionSource<string>();
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (request.Verb == "GET" && request.Path == path)
            {
                await request.BeginEventsAsync();
                await request.EventAsync(endpoint, type: "endpoint");
                await request.UntilGoneAsync();
            }
            else
            {
                await request.RespondAsync(202);
                posted.TrySetResult(request.Path);
            }
        });
        await using var rig = await LinkRig.ConnectAsync(new Uri(peer.Url, path), ServerTransport.Sse);

        await rig.CallAsync(1);

        Assert.Equal(expected, await posted.Task.WaitAsync(Cancelled));
    }

    /// <summary>There, the end of a stream was followed by the next attempt at once, for ever, and the manager never heard of it.</summary>
    [Fact(Timeout = 30_000)]
    public async Task A_stream_that_ends_is_a_failure_that_status_shows_and_the_next_attempt_waits()
    {
        await using var peer = await SsePeer.StartAsync(request => request.Method == "tools/call" ? "end" : SsePeer.Echo(request));
        await using var rig = await RealServers.StartAsync(Server(peer) with { RestartPolicy = new RestartPolicy { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) } });
        await rig.SettleAsync();

        await Assert.ThrowsAsync<UpstreamErrorException>(() => rig.Host.Registry.RequestAsync("far", "tools/call", cancellationToken: Cancelled));
        var status = await rig.Host.Manager.WaitForStatusAsync("far", status => status.State == ServerState.Restarting, Cancelled);

        Assert.Equal(1, status.ConsecutiveFailures);
        Assert.Contains("closed its stream", status.LastError, StringComparison.Ordinal);
        Assert.Single(peer.Requests, request => request.Verb == "GET");
    }

    /// <summary>There, a time-out of thirty seconds over the whole session cut every stream.</summary>
    [Fact(Timeout = 30_000)]
    public async Task No_time_out_of_the_client_ends_a_stream()
    {
        await using var peer = await SsePeer.StartAsync(SsePeer.Echo);
        using var client = RemoteHttp.CreateClient(LinkRig.Resolve(peer.Url, ServerTransport.Sse), LinkRig.CreateHost());

        Assert.Equal(Timeout.InfiniteTimeSpan, client.Timeout);
    }

    /// <summary>There, what came before the link called itself connected was dropped.</summary>
    [Fact(Timeout = 30_000)]
    public async Task What_the_stream_says_right_behind_the_address_is_heard()
    {
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (request.Verb == "GET")
            {
                await request.BeginEventsAsync();
                await request.EventAsync("/messages", type: "endpoint");
                await request.EventAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""", type: "message");
                await request.UntilGoneAsync();
            }
        });

        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.Sse);

        Assert.Equal("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""", await rig.Feed.NextAsync());
    }

    private static ServerConfig Server(RemotePeer peer) => new() { Id = "far", Transport = ServerTransport.Sse, Url = peer.Url.ToString() };
}
