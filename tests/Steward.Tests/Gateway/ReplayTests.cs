using System.Text;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Gateway.Waiting;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Calls that their server was at work on when it went away, and that may be made again (<c>replay</c>).</summary>
public sealed class ReplayTests
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1.5); // more than the first wait with its jitter

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("look", false, false)]
    [InlineData("put", false, false)]
    [InlineData("look", true, false)]
    [InlineData("look", false, true)]
    [InlineData("look", true, true)]
    public async Task A_call_that_does_no_harm_twice_is_answered_by_the_next_run_to_clients_of_both_eras(string tool, bool isModernClient, bool isModernServer)
    {
        await using var rig = await StartAsync(isModern: isModernServer);
        var first = await rig.LaunchedAsync("a");
        first.Keeps = "tools/call";
        using var legacy = await rig.OpenAsync();
        using var modern = rig.Modern();

        var call = isModernClient ? modern.CallToolAsync($"a__{tool}", """{"n":1}""") : legacy.CallToolAsync($"a__{tool}", """{"n":1}""");
        await first.NextAsync("tools/call");
        await CrashAsync(rig, first);
        Assert.False(call.IsCompleted);
        rig.Time.Advance(Retry);

        Assert.Equal(1, (int?)(await call)["result"]!["echo"]!["n"]);
        var again = await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
        Assert.Equal((tool, 1), ((string?)again["params"]!["name"], (int?)again["params"]!["arguments"]!["n"]));
        Assert.Equal(0, Line(rig).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_only_reads_is_asked_for_again()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var reading = client.CallAsync("resources/read", """{"uri":"a:1"}""");
        await first.NextAsync("resources/read");
        await CrashAsync(rig, first);
        rig.Time.Advance(Retry);

        var second = await rig.LaunchedAsync("a");
        await second.AnswerAsync(await second.NextAsync("resources/read"), """{"contents":[{"uri":"a:1","text":"two"}]}""");
        Assert.Equal("two", (string?)(await reading)["result"]!["contents"]![0]!["text"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("wait", ServerReplayMode.WhenAnnotated)] // of which the server says nothing
    [InlineData("wipe", ServerReplayMode.WhenAnnotated)] // which destroys
    [InlineData("look", ServerReplayMode.Never)]
    public async Task What_may_do_harm_is_never_made_again_and_nothing_is_without_the_operators_word(string tool, ServerReplayMode mode)
    {
        await using var rig = await StartAsync(Server() with { Replay = mode });
        using var client = await rig.OpenAsync();
        var (first, call) = await BeginAsync(rig, client, $"a__{tool}");

        first.Crash();

        Assert.Equal("connection_lost", (string?)(await call)["error"]!["data"]!["steward"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_is_made_again_once_and_no_more()
    {
        await using var rig = await StartAsync();
        rig.Script += server => server.Keeps = "tools/call";
        using var client = await rig.OpenAsync();
        var (first, call) = await BeginAsync(rig, client, "a__look");
        await CrashAsync(rig, first);
        rig.Time.Advance(Retry);
        var second = await rig.LaunchedAsync("a");
        await second.NextAsync("tools/call");

        second.Crash();

        Assert.Equal("connection_lost", (string?)(await call)["error"]!["data"]!["steward"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_the_server_does_not_come_back_in_time_the_error_says_both()
    {
        var hangs = false;
        await using var rig = await StartAsync();
        rig.Script += server => server.IsSilent = hangs;
        using var client = await rig.OpenAsync();
        var (first, call) = await BeginAsync(rig, client, "a__look");
        hangs = true;
        await CrashAsync(rig, first);
        rig.Time.Advance(Retry);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Starting, Cancelled);
        Assert.False(call.IsCompleted);
        rig.Time.Advance(TimeSpan.FromSeconds(10) - Retry);

        var error = (await call)["error"]!;
        Assert.Equal("connection_lost", (string?)error["data"]!["steward"]); // it may have been done
        Assert.Contains("It was to be made again (replay), but: Server 'a' is Starting", (string?)error["message"], StringComparison.Ordinal);
        Assert.Contains("(queueMs)", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_somebody_stops_the_server_it_fails_at_once()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        var (first, call) = await BeginAsync(rig, client, "a__look");
        await CrashAsync(rig, first);

        await rig.Manager.StopServerAsync("a", Cancelled);

        Assert.Contains("'steward start a' starts it", (string?)(await call)["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_is_lost_on_the_way_to_a_server_that_lives_fails_at_once_and_holds_nobody_up()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("a");
        server.Keeps = "tools/call";
        using var client = await rig.OpenAsync();
        var call = client.CallToolAsync("a__look");
        var sent = await server.NextAsync("tools/call");
        server.Keeps = null;

        ((ILinkReceiver)rig.Gateway.Servers.Find("a")!.Run!.Connection).OnUndeliverable(Encoding.UTF8.GetBytes(sent.ToJsonString()), "it answered with HTTP status 503", 503);

        Assert.Contains("503", (string?)(await call)["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal("a", (string?)(await client.CallToolAsync("a__look"))["result"]!["server"]);
        Assert.Equal(0, Line(rig).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_is_given_up_meanwhile_is_not_made_again()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        first.Keeps = "tools/call";
        using var client = await rig.OpenAsync();
        var call = client.PostAsync("""{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"a__look"}}""");
        await first.NextAsync("tools/call");
        await CrashAsync(rig, first);

        using var said = await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}""");
        using var empty = await call;
        rig.Time.Advance(Retry);

        var second = await rig.LaunchedAsync("a");
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Running, Cancelled);
        Assert.Equal("a", (string?)(await client.CallToolAsync("a__echo"))["result"]!["server"]);
        Assert.Equal("echo", (string?)(await second.NextAsync("tools/call"))["params"]!["name"]);
        Assert.Equal(0, Line(rig).Count);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true, "connection_lost", "it reads no more")] // though the next run was never asked, the first may have done it
    [InlineData(false, null, "the log of Steward says why")]
    public async Task A_call_that_fails_on_the_way_to_the_next_run_is_answered(bool isRefused, string? reason, string message)
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        var (first, call) = await BeginAsync(rig, client, "a__look");
        rig.Script += server => server.Wrap = link => new FailingLink(link, isRefused ? new LinkClosedException("it reads no more") : new InvalidOperationException("of the test"));
        await CrashAsync(rig, first);
        rig.Time.Advance(Retry);

        var error = (await call)["error"]!;
        Assert.Equal(reason, (string?)error["data"]?["steward"]);
        Assert.Contains(message, (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(0, Line(rig).Count);
    }

    private static ServerConfig Server() => GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10), Replay = ServerReplayMode.WhenAnnotated };

    private static Task<GatewayRig> StartAsync(ServerConfig? server = null, bool isModern = false) => GatewayRig.StartAsync(new StewardConfig { Servers = [server ?? Server()] }, script =>
    {
        script.IsModern = isModern;
        script.Definitions["look"] = """{"name":"look","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}""";
        script.Definitions["put"] = """{"name":"put","inputSchema":{"type":"object"},"annotations":{"idempotentHint":true}}""";
        script.Definitions["wipe"] = """{"name":"wipe","inputSchema":{"type":"object"},"annotations":{"destructiveHint":true}}""";
    });

    /// <summary>A call that the server is at work on.</summary>
    private static async Task<(ScriptedServer First, Task<JsonNode> Call)> BeginAsync(GatewayRig rig, RigClient client, string tool)
    {
        var first = await rig.LaunchedAsync("a");
        first.Keeps = "tools/call";
        var call = client.CallToolAsync(tool);
        await first.NextAsync("tools/call");
        return (first, call);
    }

    private static async Task CrashAsync(GatewayRig rig, ScriptedServer server)
    {
        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
    }

    private static WaitingLine Line(GatewayRig rig) => rig.Gateway.Servers.Find("a")!.Line;

    /// <summary>A link on which calls of tools fail.</summary>
    private sealed class FailingLink(ILink inner, Exception failure) : ILink
    {
        public Task<string> Closed => inner.Closed;

        public void Start(ILinkReceiver receiver) => inner.Start(receiver);

        public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call) =>
            message.IndexOf("tools/call"u8) < 0 ? inner.SendAsync(message, edits, call) : throw failure;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
