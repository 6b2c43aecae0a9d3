using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The official clients on the transports that carry messages both ways: HTTP+SSE, WebSocket, and a command that they launch.</summary>
public sealed class ChannelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData("sse", "/sse", "server__")]
    [InlineData("sse", "/servers/server/sse", "")]
    [InlineData("ws", "/ws", "server__")]
    [InlineData("ws", "/servers/server/ws", "")]
    public async Task The_TypeScript_client_does_everything_over_a_connection(string transport, string path, string prefix)
    {
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["server"] = Upstreams.TestServer() }, Cancellation);
        await using var client = await TypeScriptClient.ConnectOverAsync(transport, new(steward.Url, path), ClientPair.AnswersOf("Anna"), Cancellation);

        await DoesEverythingAsync(client, prefix);
    }

    [Theory(Timeout = 300_000)]
    [InlineData(true, "")]
    [InlineData(true, "server")]
    [InlineData(false, "")]
    [InlineData(false, "server")]
    public async Task The_TypeScript_client_does_everything_over_a_command_that_it_launches(bool daemon, string server)
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer() }, daemon, Cancellation);
        await using (var client = await TypeScriptClient.LaunchAsync(Repository.StewardProgram, rig.Arguments(server), rig.Environment, ClientPair.AnswersOf("Anna"), Cancellation))
            await DoesEverythingAsync(client, server.Length == 0 ? "server__" : "");
    }

    [Theory(Timeout = 300_000)]
    [InlineData("sse")]
    [InlineData("attached")]
    [InlineData("alone")]
    public async Task The_client_of_the_CSharp_SDK_lists_calls_and_is_asked(string way)
    {
        await using var rig = await StdioRig.StartAsync(new() { ["server"] = Upstreams.TestServer() }, daemon: way != "alone", Cancellation);
        IClientTransport transport = way == "sse"
            ? new HttpClientTransport(new HttpClientTransportOptions { Endpoint = new(rig.Steward!.Url, "/sse"), TransportMode = HttpTransportMode.Sse })
            : new StdioClientTransport(new StdioClientTransportOptions
            {
                Command = Repository.StewardProgram,
                Arguments = rig.Arguments(""),
                EnvironmentVariables = rig.Environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value),
            });
        var options = new McpClientOptions
        {
            ProtocolVersion = "2025-11-25",
            Handlers = new()
            {
                ElicitationHandler = (_, _) => new(new ElicitResult { Action = "decline" }),
            },
        };
        await using var client = await McpClient.CreateAsync(transport, options, cancellationToken: Cancellation);

        await Poll.UntilAsync(async () => await client.ListToolsAsync(cancellationToken: Cancellation), tools => tools.Any(tool => tool.Name == "server__echo"), Cancellation);
        var progress = new Feed<float>();
        var answer = await client.CallToolAsync("server__ask_elicitation", new Dictionary<string, object?> { ["message"] = "Who?" }, cancellationToken: Cancellation);
        await client.CallToolAsync("server__test_tool_with_progress", progress: new Reporter(progress), cancellationToken: Cancellation);

        Assert.Contains("action=decline", Assert.IsType<TextContentBlock>(Assert.Single(answer.Content)).Text, StringComparison.Ordinal);
        await progress.FirstAsync(_ => true, Cancellation);
    }

    private static async Task DoesEverythingAsync(TypeScriptClient client, string prefix)
    {
        await client.ListsAsync(prefix + "progress_burst", Cancellation);
        Assert.Contains("hello", (await client.CallAsync(prefix + "echo", new() { ["text"] = "hello" }, Cancellation)).TextOfTool());

        await client.RequestAsync("tools/call", Json.Call(prefix + "progress_burst", new() { ["count"] = 200 }, "burst"), Cancellation);
        var progress = client.Received.Where(message => message.IsMethod("notifications/progress")).Select(message => message.GetProperty("params").GetProperty("progress").GetInt32());
        Assert.Equal(Enumerable.Range(1, 200), progress);

        Assert.Contains("sampled by Anna", (await client.CallAsync(prefix + "ask_sampling", new() { ["prompt"] = "Hello" }, Cancellation)).TextOfTool());
        Assert.Contains("\"Anna\"", (await client.CallAsync(prefix + "ask_elicitation", new() { ["message"] = "Who?" }, Cancellation)).TextOfTool());
        Assert.Contains("/home/Anna", (await client.CallAsync(prefix + "ask_roots", null, Cancellation)).TextOfTool());
        Assert.Equal(5_000_000, (await client.CallAsync(prefix + "big", new() { ["bytes"] = 5_000_000 }, Cancellation)).TextOfTool().Length);

        var sleeping = await client.BeginAsync("tools/call", Json.Call(prefix + "sleep", new() { ["ms"] = 600_000, ["label"] = "mine" }));
        await client.HasBegunAsync("mine", Cancellation, prefix);
        await client.CancelAsync(sleeping);
        await Poll.UntilAsync(
            async () => (await client.CallAsync(prefix + "cancelled", null, Cancellation)).TextOfTool(),
            text => text.Contains("mine", StringComparison.Ordinal),
            Cancellation);
    }

    private sealed class Reporter(Feed<float> feed) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => feed.Add(value.Progress);
    }
}
