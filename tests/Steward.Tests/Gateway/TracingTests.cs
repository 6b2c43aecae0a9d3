using System.Collections.Concurrent;
using System.Diagnostics;
using Steward.Supervision;
using Steward.Telemetry;
using Steward.Tests.Clients;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class TracingTests : IDisposable
{
    private readonly string _server = $"traced-{Guid.NewGuid():N}"; // listeners hear what all tests do
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private Func<Activity, bool> _fails = static _ => false;

    public TracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StewardTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (!_server.Equals(span.GetTagItem("steward.server.id")))
                    return;
                _ended.Enqueue(span);
                if (_fails(span))
                    throw new InvalidOperationException("the exporter is broken");
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _listener.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task A_call_is_a_span_of_its_caller_and_the_server_is_told_of_it()
    {
        await using var rig = await LibraryRig.StartAsync(_server);
        var process = await rig.LaunchedAsync(_server);
        using var caller = new Activity("the program").Start();

        var calling = rig.Manager.CallToolAsync(_server, "wait", cancellationToken: Cancelled);
        Assert.Same(caller, Activity.Current);
        var request = await process.NextAsync("tools/call");
        await process.AnswerAsync(request);
        await calling;

        var span = await EndedAsync("tools/call wait");
        Assert.Equal((ActivityKind.Client, caller.TraceId, ActivityStatusCode.Unset), (span.Kind, span.TraceId, span.Status));
        Assert.Equal(("tools/call", "wait", "execute_tool"), (span.GetTagItem("mcp.method.name"), span.GetTagItem("gen_ai.tool.name"), span.GetTagItem("gen_ai.operation.name")));
        Assert.Equal(span.Id, (string?)request["params"]!["_meta"]!["traceparent"]);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(""","_meta":{"a":1,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"}""", "00f067aa0ba902b7")]
    [InlineData(""","_meta":{"a":1,"traceparent":"nonsense"}""", "0000000000000000")]
    [InlineData(""","_meta":{"a":1}""", "0000000000000000")]
    [InlineData("", "0000000000000000")]
    public async Task What_a_client_says_of_its_own_span_is_the_parent_and_gives_way_to_ours(string meta, string parent)
    {
        await using var rig = await GatewayRig.StartAsync(_server);
        var process = await rig.LaunchedAsync(_server);
        using var client = await rig.OpenAsync();
        Activity.Current = null;

        var calling = client.PostAsync(client.Message("tools/call", $$"""{"name":"{{_server}}__wait"{{meta}}}"""));
        var request = await process.NextAsync("tools/call");
        await process.AnswerAsync(request);
        using var response = await calling;

        var span = await EndedAsync("tools/call wait");
        Assert.Equal(parent, span.ParentSpanId.ToHexString());
        var told = request["params"]!["_meta"]!;
        Assert.Equal((span.Id, meta.Length > 0 ? 1 : null), ((string?)told["traceparent"], (int?)told["a"]));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_fails_says_how()
    {
        await using var rig = await LibraryRig.StartAsync(_server);
        var process = await rig.LaunchedAsync(_server);

        var refused = rig.Manager.CallToolAsync(_server, "wait", cancellationToken: Cancelled);
        var request = await process.NextAsync("tools/call");
        await process.SayAsync($$"""{"jsonrpc":"2.0","id":{{request["id"]}},"error":{"code":-32602,"message":"no"} }""");
        await Assert.ThrowsAnyAsync<Exception>(() => refused);

        var span = await EndedAsync("tools/call wait");
        Assert.Equal((ActivityStatusCode.Error, "error", -32602), (span.Status, span.GetTagItem("error.type"), span.GetTagItem("rpc.response.status_code")));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_is_a_trace_of_its_own()
    {
        using var whoever = new Activity("whoever made the manager").Start();
        await using var rig = await LibraryRig.StartAsync(_server);

        var span = await EndedAsync("steward.server.start");

        Assert.Equal((default, ActivityStatusCode.Unset), (span.ParentSpanId, span.Status));
        Assert.NotEqual(whoever.TraceId, span.TraceId);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_that_fails_says_so()
    {
        await using var fleet = new Fleet(Fleet.Server(_server));
        fleet.Launcher.OnLaunch = launch => launch.Fail("no such program", isPermanent: true);
        await Assert.ThrowsAsync<ServerStartException>(() => fleet.Manager.StartServerAsync(_server, Cancelled));

        var span = await EndedAsync("steward.server.start");

        Assert.Equal((ActivityStatusCode.Error, nameof(ServerLaunchException)), (span.Status, span.GetTagItem("error.type")));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_listener_that_throws_harms_nobody()
    {
        await using var rig = await LibraryRig.StartAsync(_server);
        _fails = static _ => true;

        await rig.Manager.CallToolAsync(_server, "echo", cancellationToken: Cancelled);
        await rig.Manager.RestartServerAsync(_server, Cancelled);
        await rig.Manager.CallToolAsync(_server, "echo", cancellationToken: Cancelled);

        Assert.Equal(2, _ended.Count(span => span.DisplayName == "tools/call echo"));
    }

    /// <summary>The answer may be there a moment before its span has ended.</summary>
    private async Task<Activity> EndedAsync(string name)
    {
        Activity? found = null;
        await Fleet.Until(() => (found = _ended.FirstOrDefault(span => span.DisplayName == name)) is not null);
        return found!;
    }
}
