using System.Text;
using System.Text.Json.Nodes;
using Steward.Catalog;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>Streamable HTTP of the modern era.</summary>
public sealed class ModernHttpTests
{
    private const string Region = """{"name":"query","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}}""";

    private static readonly string[] Shown = ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Region", "Mcp-Session-Id"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_request_repeats_revision_method_name_and_marked_parameters_in_headers()
    {
        await using var peer = await RemotePeer.StartAsync(request => request.AnswerAsync("{}"));
        await using var rig = await LinkRig.ConnectAsync(peer.Url);
        Teach(rig, Region);

        await rig.CallModernAsync(1, "query", """{"region":"us-west1","other":"x"}""");
        await rig.Feed.NextAsync();
        await rig.CallModernAsync(2, "query", """{"region":null}""");
        await rig.Feed.NextAsync();
        await rig.SendAsync($$$"""{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///\u4e16",{{{LinkRig.Modern}}}}}""");
        await rig.Feed.NextAsync();
        await rig.SendAsync($$$"""{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{{{{LinkRig.Modern}}}}}""");
        await rig.Feed.NextAsync();

        string[] seen = [.. peer.Requests.Select(request => string.Join(" | ", Shown.Select(request.Header)))];
        Assert.Equal(
            [
                "2026-07-28 | tools/call | query | us-west1 | ",
                "2026-07-28 | tools/call | query |  | ",
                "2026-07-28 | resources/read | =?base64?ZmlsZTovLy/kuJY=?= |  | ",
                "2026-07-28 | tools/list |  |  | ",
            ],
            seen);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancelled_request_is_closed_and_nothing_is_sent()
    {
        var closed = new TaskCompletionSource();
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            await request.BeginEventsAsync();
            await request.EventAsync("""{"jsonrpc":"2.0","method":"notifications/message"}""");
            await request.UntilGoneAsync();
            closed.SetResult();
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url);
        await rig.CallModernAsync(1);
        await rig.Feed.NextAsync();

        await rig.CancelAsync(1);

        await closed.Task.WaitAsync(Cancelled);
        await rig.CancelAsync(1); // late, and for nothing
        Assert.Single(peer.Requests);
        Assert.True(rig.Feed.IsEmpty);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_whose_headers_are_refused_is_sent_again_after_the_tools_are_listed_again()
    {
        await using var peer = await RemotePeer.StartAsync(request =>
            request.Method == "tools/list" ? request.AnswerAsync((string?)request.Json!["params"]!["cursor"] is null ? """{"tools":[],"nextCursor":"more"}""" : $$"""{"tools":[{{Region}}]}""")
            : request.Header("Mcp-Param-Region") == "eu" ? request.AnswerAsync("""{"content":[]}""")
            : request.RespondAsync(400, request.Error(-32020, "Header mismatch: Mcp-Param-Region is missing")));
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallModernAsync(1, "query", """{"region":"eu"}""");

        Assert.Equal("""1: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}""", await rig.Feed.NextAsync());
        Assert.Equal(["tools/call", "tools/list", "tools/list", "tools/call"], peer.Requests.Select(request => request.Method));
        Assert.Equal("tools/list", peer.Requests[1].Header("Mcp-Method"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Headers_that_are_refused_twice_are_the_answer()
    {
        await using var peer = await RemotePeer.StartAsync(request =>
            request.Method == "tools/list" ? request.AnswerAsync("""{"tools":[]}""") : request.RespondAsync(400, request.Error(-32020, "no")));
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallModernAsync(1);

        Assert.Contains("-32020", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(2, peer.Requests.Count(request => request.Method == "tools/call"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stream_that_breaks_is_not_resumed()
    {
        var heard = new TaskCompletionSource();
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (request.Verb != "POST")
            {
                await request.RespondAsync(405);
                return;
            }

            await request.BeginEventsAsync();
            await request.EventAsync("""{"jsonrpc":"2.0","method":"m"}""", id: "1");
            await request.BreakAfterAsync(heard.Task);
        });
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallModernAsync(1);

        await rig.Feed.NextAsync();
        heard.SetResult();
        Assert.StartsWith("undeliverable 0: the connection broke before the answer came", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(peer.Requests, request => request.Verb == "GET");
    }

    [Fact(Timeout = 30_000)]
    public async Task The_end_of_a_link_closes_its_streams_and_ends_no_session()
    {
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            await request.BeginEventsAsync();
            await request.EventAsync("""{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged"}""");
            await request.UntilGoneAsync();
        });
        var rig = await LinkRig.ConnectAsync(peer.Url);
        await rig.SendAsync($$$"""{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"notifications":{},{{{LinkRig.Modern}}}}}""");
        await rig.Feed.NextAsync();

        await rig.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), Cancelled);

        Assert.Single(peer.Requests);
        Assert.True(rig.Feed.IsEmpty);
    }

    private static void Teach(LinkRig rig, string tool)
    {
        var raw = Encoding.UTF8.GetBytes(tool);
        var name = (string)JsonNode.Parse(tool)!["name"]!;
        Assert.Single(rig.Link.ToolHeaders!.Take([new CatalogItem(name, raw, default)], (_, problem) => Assert.Fail(problem)));
    }
}
