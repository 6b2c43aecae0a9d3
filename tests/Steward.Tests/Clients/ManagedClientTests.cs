using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Clients;

public sealed class ManagedClientTests
{
    private const string Text = """{"content":[{"type":"text","text":"done"}]}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task The_client_of_the_sdk_speaks_with_a_managed_server()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);

        Assert.Equal("scripted", client.ServerInfo?.Name);
        Assert.Equal("be kind", client.ServerInstructions);
        Assert.Equal("2025-11-25", client.NegotiatedProtocolVersion);
        Assert.Equal(["echo", "wait"], (await client.ListToolsAsync(cancellationToken: Cancelled)).Select(tool => tool.Name));

        var call = client.CallToolAsync("wait", new Dictionary<string, object?> { ["x"] = 1 }, cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        Assert.Equal("""{"x":1}""", request["params"]!["arguments"]!.ToJsonString());
        await server.AnswerAsync(request, Text);

        Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single((await call).Content)).Text);
    }

    [Fact(Timeout = 10_000)]
    public async Task It_is_the_same_for_all_and_disposing_it_takes_it_from_nobody()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        await client.DisposeAsync();

        Assert.Same(client, await rig.Manager.GetClientAsync("a", Cancelled));
        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task All_progress_is_heard_in_order_before_the_answer()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);

        for (var round = 0; round < 50; round++)
        {
            var heard = new ConcurrentQueue<float>();
            var call = client.CallToolAsync("wait", progress: new Heard(value => heard.Enqueue(value.Progress)), cancellationToken: Cancelled).AsTask();
            var request = await server.NextAsync("tools/call");
            for (var i = 1; i <= 20; i++)
                await server.ProgressAsync(request, i);
            await server.AnswerAsync(request, Text);

            await call;
            Assert.Equal(Enumerable.Range(1, 20).Select(i => (float)i), heard);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task It_works_again_when_the_server_is_back()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");

        server.Crash();
        await Assert.ThrowsAsync<McpProtocolException>(() => call);
        await Assert.ThrowsAsync<McpProtocolException>(() => client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask());

        await rig.RunsAgainAsync("a");
        var next = await rig.LaunchedAsync("a");
        var again = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        await next.AnswerAsync(await next.NextAsync("tools/call"), Text);
        Assert.Single((await again).Content);
        Assert.False(client.Completion.IsCompleted);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_of_a_notification_may_call_the_server()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var listed = new TaskCompletionSource<int>();
        await using var registration = client.RegisterNotificationHandler(
            NotificationMethods.ToolListChangedNotification,
            async (_, token) => listed.TrySetResult((await client.ListToolsAsync(cancellationToken: token)).Count));

        server.Tools.Add("third");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");

        Assert.Equal(3, await listed.Task);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_throws_harms_nothing()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var heard = new TaskCompletionSource();
        await using var bad = client.RegisterNotificationHandler(NotificationMethods.ToolListChangedNotification, (_, _) => throw new InvalidOperationException("no"));
        await using var good = client.RegisterNotificationHandler(NotificationMethods.ToolListChangedNotification, (_, _) =>
        {
            heard.TrySetResult();
            return default;
        });

        server.Tools.Add("third"); // of a list that is as it was nobody is told
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        await heard.Task;
        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_is_given_up_is_cancelled_at_the_server()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        using var giveUp = new CancellationTokenSource();
        var call = client.CallToolAsync("wait", cancellationToken: giveUp.Token).AsTask();
        var request = await server.NextAsync("tools/call");

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var cancelled = await server.NextAsync("notifications/cancelled");
        Assert.True(JsonNode.DeepEquals(request["id"], cancelled["params"]!["requestId"]));
    }

    [Fact(Timeout = 10_000)]
    public async Task An_error_of_the_server_keeps_its_code_words_and_data()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{request["id"]!.ToJsonString()}}},"error":{"code":-32602,"message":"no x","data":"here"}}""");

        var failure = await Assert.ThrowsAsync<McpProtocolException>(() => call);
        Assert.Equal(McpErrorCode.InvalidParams, failure.ErrorCode);
        Assert.Equal("no x", failure.Message);
        Assert.Equal("here", failure.Data["data"]!.ToString());
    }

    [Fact(Timeout = 10_000)]
    public async Task There_is_none_of_a_server_that_is_unknown_or_does_not_run()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        await Assert.ThrowsAsync<UnknownServerException>(() => rig.Manager.GetClientAsync("b", Cancelled));
        await rig.Manager.StopServerAsync("a", Cancelled);
        var failure = await Assert.ThrowsAsync<ServerNotRunningException>(() => rig.Manager.GetClientAsync("a", Cancelled));
        Assert.Equal("Server 'a' is not running but Stopped. Start it.", failure.Message);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_removed_server_ends_its_client_and_its_namesake_gets_another()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        await rig.Manager.RemoveServerAsync("a", Cancelled);
        await client.Completion;
        await Assert.ThrowsAsync<ClientClosedException>(() => client.ListToolsAsync(cancellationToken: Cancelled).AsTask());

        await rig.Manager.AddServerAsync(GatewayRig.Server("a"), cancellationToken: Cancelled);
        var next = await rig.Manager.GetClientAsync("a", Cancelled);
        Assert.NotSame(client, next);
        Assert.NotEmpty(await next.ListToolsAsync(cancellationToken: Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_shutdown_ends_the_clients_and_the_calls_in_flight()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");

        await rig.Manager.ShutdownAsync(Cancelled);
        await Assert.ThrowsAnyAsync<McpException>(() => call);
        await client.Completion;
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1,"data":2}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,"progress":1,"x":1,"x":2}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,"progress":1,"\ud800":1}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object","x":1,"x":2},"_meta":{"x":1,"x":2}}}""")]
    public async Task A_message_that_nobody_can_read_costs_nothing_but_itself(string unreadable)
    {
        var log = new FakeLoggerFactory();
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { LoggerFactory = log }, "a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", progress: new Heard(static _ => { }), cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");

        await server.SayAsync(unreadable.Replace("TOKEN", request["params"]!["_meta"]!["progressToken"]!.ToJsonString(), StringComparison.Ordinal));
        if (unreadable.Contains("\"id\"", StringComparison.Ordinal))
            Assert.Equal("q", (string?)(await server.NextAsync("answer"))["id"]);
        if (unreadable.Contains("\"x\":1,\"x\":2}}", StringComparison.Ordinal) && unreadable.Contains("TOKEN", StringComparison.Ordinal))
            await log.Sees(static line => line == "Debug: Server 'a': it said something that cannot be read", Cancelled);
        await server.AnswerAsync(request, Text);

        Assert.Single((await call).Content);
        Assert.False(client.Completion.IsCompleted);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"name":7,"version":{}}""")]
    [InlineData("""{"name":"x","version":"1","icons":"none"}""")]
    public async Task A_server_that_introduces_itself_in_no_readable_way_is_an_error_that_says_so(string introduction)
    {
        await using var rig = await LibraryRig.StartAsync(
            server => server.Answer = message => (string?)message["method"] == "initialize"
                ? $$$"""{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{{{introduction}}}}""".AsResult()
                : null,
            new McpServerManagerOptions(),
            "a");

        var failure = await Assert.ThrowsAsync<McpException>(() => rig.Manager.GetClientAsync("a", Cancelled));

        Assert.Contains("Server 'a' introduced itself", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_error_that_nobody_can_read_is_an_error_all_the_same()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");

        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{request["id"]!.ToJsonString()}}},"error":{"code":-32602,"message":"\ud800"}}""");

        Assert.Contains("cannot be read", (await Assert.ThrowsAsync<McpException>(() => call)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_is_given_up_at_once_however_many_wait_for_the_server_to_start()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        using var giveUp = new CancellationTokenSource();

        var calls = Enumerable.Range(0, 300).Select(_ => client.CallToolAsync("wait", cancellationToken: giveUp.Token).AsTask()).ToArray();
        await giveUp.CancelAsync();

        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact(Timeout = 10_000)]
    public async Task Nothing_is_kept_of_the_clients_of_servers_that_are_gone()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        await rig.Manager.GetClientAsync("a", Cancelled);
        await rig.Manager.GetClientAsync("b", Cancelled);

        await rig.Manager.RemoveServerAsync("a", Cancelled);
        while (rig.Manager.Clients.Count > 1)
        {
            Cancelled.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.NotEmpty(await rig.Manager.ListToolsAsync("b", Cancelled));
    }

    private sealed class Heard(Action<ProgressNotificationValue> report) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => report(value);
    }
}
