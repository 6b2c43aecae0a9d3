using System.Text;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Remote servers that are not there, take for ever, or answer without sense.</summary>
public sealed class RemoteFaultTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Json = "Content-Type: application/json\r\n";
    private const string Answer = """{"jsonrpc":"2.0","id":1,"result":{}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<ServerTransport, Reception> Silences =>
        new MatrixTheoryData<ServerTransport, Reception>([ServerTransport.Http, ServerTransport.Sse, ServerTransport.WebSocket], [Reception.Swallows, Reception.Queues, Reception.Drops]);

    /// <summary>Whoever connects is accepted and never answered, or left in the queue, or not even let into that.</summary>
    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Silences))]
    public async Task An_address_that_swallows_everything_fails_in_time_delays_nobody_and_is_used_when_it_answers(ServerTransport transport, Reception reception)
    {
        var patience = TimeSpan.FromMilliseconds(300);
        await using var peer = transport switch
        {
            ServerTransport.Http => await LegacyPeer.StartAsync(request => request.AnswerAsync("{}")),
            ServerTransport.Sse => await SsePeer.StartAsync(SsePeer.Echo),
            _ => await Parity.SocketPeer.StartAsync(static method => method == "initialize" ? """{"protocolVersion":"2025-11-25","capabilities":{}}""" : "{}"),
        };
        await using var proxy = FaultProxy.Start(peer.Url, reception);
        await using var manager = new McpServerManager([Far(proxy.Url) with { Transport = transport, StartupTimeout = patience }, Parity.RealServers.Process("near", "echo")]);

        var before = TimeProvider.System.GetTimestamp();
        var starting = manager.StartAllAsync(Cancelled);
        var failed = await manager.WaitForStatusAsync("far", status => status is { State: ServerState.Restarting, ConsecutiveFailures: >= 2 }, Cancelled);
        Assert.InRange(TimeProvider.System.GetElapsedTime(before), 2 * patience, 2 * patience + TimeSpan.FromSeconds(10));
        Assert.Contains("startupTimeoutMs", failed.LastError, StringComparison.Ordinal);
        await manager.WaitForStatusAsync("near", status => status.State == ServerState.Running, Cancelled);
        Assert.Equal((reception == Reception.Swallows, reception == Reception.Drops), (proxy.Connections > 0, proxy.DropsConnections));
        Assert.Empty(peer.Requests);
        proxy.Receive();
        await manager.UpdateServerAsync(manager.FindConfig("far")! with { StartupTimeout = TimeSpan.FromSeconds(30) }, Cancelled);

        await manager.WaitForStatusAsync("far", status => status.State == ServerState.Running, Cancelled);
        await starting;
        Assert.Equal(0, manager.GetStatus("near").Restarts);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_has_gone_is_asked_ever_more_seldom_and_calls_fail_at_once_meanwhile()
    {
        var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"));
        await using var proxy = FaultProxy.Start(peer.Url);
        var policy = new RestartPolicy { InitialDelay = TimeSpan.FromMinutes(10), MaxDelay = TimeSpan.FromMinutes(10) };
        await using var manager = new McpServerManager([Far(proxy.Url) with { RestartPolicy = policy, StartupTimeout = TimeSpan.FromSeconds(20) }]);
        await manager.StartServerAsync("far", Cancelled);
        await peer.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => manager.CallToolAsync("far", "t", cancellationToken: Cancelled));
        await manager.WaitForStatusAsync("far", status => status.State == ServerState.Restarting, Cancelled);
        var tried = proxy.Connections;

        var before = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 200; i++)
            await Assert.ThrowsAsync<ServerNotRunningException>(() => manager.CallToolAsync("far", "t", cancellationToken: Cancelled));

        Assert.True(TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromSeconds(30), "the calls waited for something");
        Assert.Equal(tried, proxy.Connections);
    }

    public static TheoryData<string, string, string> Nonsense => new()
    {
        { "it has another type", $"{Ok}Content-Type: text/html\r\nContent-Length: 4\r\n\r\n<b/>", "text/html where JSON or a stream of events belongs" },
        { "it has none", $"{Ok}Content-Length: 2\r\n\r\n{{}}", "where JSON or a stream of events belongs" },
        { "it is shorter than it says", $"{Ok}{Json}Content-Length: 400\r\n\r\n{Answer}", "the connection broke before the answer came" },
        { "it is longer than it says", $"{Ok}{Json}Content-Length: 10\r\n\r\n{Answer}", "JSON that is no answer to the request" },
        { "it says that it is huge", $"{Ok}{Json}Content-Length: 99999999999\r\n\r\n", "cannot be understood" },
        { "its chunks are none", $"{Ok}{Json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{Answer}\r\n0\r\n\r\n", "undeliverable 0" },
        { "its chunks end too early", $"{Ok}{Json}Transfer-Encoding: chunked\r\n\r\n{Answer.Length:x}\r\n{Answer}\r\n", "the connection broke before the answer came" },
        { "it is compressed although nobody asked for that", $"{Ok}{Json}Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\n\u001f\u008b\b\0\0\0", "JSON that is no answer to the request" },
        { "it is no HTTP", "220 mail.example.com ESMTP\r\n", "undeliverable 0" },
        { "its headers are none", $"{Ok}no header at all\r\n\r\n", "undeliverable 0" },
        { "it is nothing", "", "undeliverable 0" },
    };

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Nonsense))]
    public async Task What_makes_no_sense_fails_its_own_call_in_words(string case_, string answer, string expected)
    {
        _ = case_;
        await using var peer = RawPeer.Start(answer);
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallAsync(1);

        var told = await rig.Feed.NextAsync();
        if (told.StartsWith("1: ", StringComparison.Ordinal) && !told.Contains("\"error\"", StringComparison.Ordinal))
            told = await rig.Feed.NextAsync(); // the first was noise, as the connection will find
        Assert.Contains(expected, told, StringComparison.Ordinal);
        Assert.False(rig.Link.Closed.IsCompleted);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-More: 0123456789012345678901234567890123456789\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n#\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n", "10000\r\n#\r\n")]
    public async Task What_never_ends_is_read_to_a_bound(string beginning, string more)
    {
        var written = 0L;
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(more.Replace("#", new string('x', 0x10000), StringComparison.Ordinal), more.Contains('#', StringComparison.Ordinal) ? 1 : 1000)));
        await using var peer = RawPeer.Start(async (stream, cancellationToken) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), cancellationToken);
            for (; ; written += block.Length)
                await stream.WriteAsync(block, cancellationToken);
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallAsync(1);

        Assert.Matches("^undeliverable 0: |\"error\"", await rig.Feed.NextAsync());
        Assert.InRange(written, 1, 100L * 1024 * 1024);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerTransport.Http)]
    [InlineData(ServerTransport.Sse)]
    public async Task What_comes_byte_by_byte_comes_whole_or_ends_with_the_time_out_of_its_call(ServerTransport transport)
    {
        await using var peer = transport == ServerTransport.Http
            ? await LegacyPeer.StartAsync(request => request.AnswerAsync("""{"content":[]}"""))
            : await SsePeer.StartAsync(AnswerOverSse);
        await using var proxy = FaultProxy.Start(peer.Url);
        await using var manager = new McpServerManager([Far(proxy.Url) with { Transport = transport, RequestTimeout = TimeSpan.FromSeconds(1), StartupTimeout = TimeSpan.FromSeconds(20) }]);
        await manager.StartServerAsync("far", Cancelled);

        proxy.PerByte = TimeSpan.FromMilliseconds(20);
        var told = await Assert.ThrowsAnyAsync<Exception>(() => manager.CallToolAsync("far", "t", cancellationToken: Cancelled));
        Assert.Contains("requestTimeoutMs", told.Message, StringComparison.Ordinal);

        proxy.PerByte = TimeSpan.Zero;
        await manager.UpdateServerAsync(manager.FindConfig("far")! with { RequestTimeout = TimeSpan.FromSeconds(20) }, Cancelled);
        Assert.Empty((await manager.CallToolAsync("far", "t", cancellationToken: Cancelled)).Content);
        Assert.Equal(0, manager.GetStatus("far").Restarts);
    }

    private static string? AnswerOverSse(PeerRequest request) => request.Method switch
    {
        "initialize" => request.Result("""{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"far","version":"1"}}"""),
        "tools/call" => request.Result("""{"content":[]}"""),
        "tools/list" => request.Result("""{"tools":[]}"""),
        _ => SsePeer.Echo(request),
    };

    private static ServerConfig Far(Uri url) => new()
    {
        Id = "far",
        Transport = ServerTransport.Http,
        Url = url.ToString(),
        StartupTimeout = TimeSpan.FromMilliseconds(500),
        RestartPolicy = new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxRestartAttempts = 100 },
    };
}
