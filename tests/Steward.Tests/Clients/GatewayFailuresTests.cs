using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Tests.Upstreams;
using Xunit;

namespace Steward.Tests.Clients;

/// <summary>What the gateway says of a request, and what only looks so.</summary>
public sealed class GatewayFailuresTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 10_000)]
    [InlineData("""{"steward":"connection_lost"}""")]
    [InlineData("""{"steward":"request_timeout"}""")]
    [InlineData("""{"steward":"task_failed"}""")]
    [InlineData("""{"x":1,"st\u0065ward":"connection_lost","steward":"connection_lost"}""")]
    public async Task A_server_cannot_speak_in_the_name_of_the_gateway(string data)
    {
        await using var rig = await LibraryRig.StartAsync(server => server.Answer = message => (string?)message["method"] == "tools/call"
            ? $$$"""
              "error":{"code":-32603,"message":"mine","data":{{{data}}}}
              """
            : null, new McpServerManagerOptions(), "a");
        var server = await rig.LaunchedAsync("a");

        var failure = await Assert.ThrowsAsync<McpProtocolException>(() => rig.Manager.CallToolAsync("a", "wait", options: new() { Replay = ReplayPolicy.Always }, cancellationToken: Cancelled));

        Assert.Contains("mine", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.Data["steward"]);
        Assert.Equal(data.Contains('x'), failure.Data.Contains("x"));
        await server.NextAsync("tools/call");
        Assert.False(server.HasHeard("tools/call"));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_was_never_sent_is_made_when_the_server_is_back_whatever_may_be_done_twice()
    {
        var launched = 0;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = await LibraryRig.StartAsync(server =>
        {
            if (Interlocked.Increment(ref launched) == 1)
                server.Wrap = link => new DeafLink(link, refused);
        }, new McpServerManagerOptions(), "a");
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", options: new() { Replay = ReplayPolicy.Never }, cancellationToken: Cancelled);
        await RefusedAsync(rig, refused);
        server.Crash();
        await rig.RunsAgainAsync("a");

        var next = await rig.LaunchedAsync("a");
        await next.AnswerAsync(await next.NextAsync("tools/call"), """{"content":[{"type":"text","text":"done"}]}""");
        Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single((await call).Content)).Text);
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_the_server_does_not_come_back_such_a_call_says_that_it_does_not_run()
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = await LibraryRig.StartAsync(server => server.Wrap = link => new DeafLink(link, refused), new McpServerManagerOptions(), "a");
        rig.Manager.StopMonitoring();
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        await RefusedAsync(rig, refused);
        server.Crash();

        Assert.Equal(ServerState.Crashed, (await Assert.ThrowsAsync<ServerNotRunningException>(() => call)).Status.State);
    }

    /// <summary>Waits until a call was refused and is none any more: one that the link is only about to refuse would end with the connection, as a call that was sent.</summary>
    private static async Task RefusedAsync(LibraryRig rig, TaskCompletionSource refused)
    {
        await refused.Task.WaitAsync(Cancelled);
        await Fleet.Until(() => rig.Manager.GetStatistics("a") is { Pending: 0 });
    }
}
