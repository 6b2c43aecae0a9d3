using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Tests.Upstreams;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Catalog;

public sealed class CatalogReaderTests : IAsyncDisposable
{
    private readonly PipePeer _peer = new();
    private readonly UpstreamConnection _connection;
    private int _asked;

    public CatalogReaderTests()
    {
        _connection = new UpstreamConnection("s", _peer.Link, new RecordingHandler(), log: null, TimeProvider.System, NullLogger.Instance)
        {
            Server = HandshakeResult.Read(Messages.Utf8("""{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}}}""")),
        };
        _connection.Start();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task All_pages_are_followed_with_their_cursors_as_they_were()
    {
        var items = ReadAsync(CatalogKind.Tools, ToolFilter.All);

        Assert.Null(await AnswerAsync(""" "result":{"tools":[{"name":"a"}],"nextCursor":"p\u0032"} """));
        Assert.Equal("p2", (string?)(await AnswerAsync(""" "result":{"tools":[{"name":"b"}],"nextCursor":"3"} """))!["cursor"]);
        Assert.Equal("3", (string?)(await AnswerAsync(""" "result":{"tools":[]} """))!["cursor"]);

        Assert.Equal(["a", "b"], (await items).Select(item => item.Key));
    }

    [Fact(Timeout = 30_000)]
    public async Task Cursors_that_go_in_a_circle_are_left()
    {
        var items = ReadAsync(CatalogKind.Tools, ToolFilter.All);

        foreach (var cursor in (string[])["x", "y", "x"])
            await AnswerAsync($$""" "result":{"tools":[{"name":"{{cursor}}{{_asked}}"}],"nextCursor":"{{cursor}}"} """);

        Assert.Equal(3, (await items).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task Cursors_without_end_are_left()
    {
        var items = ReadAsync(CatalogKind.Tools, ToolFilter.All);
        var serving = ServeForEverAsync();

        Assert.InRange((await items).Count, 1000, 1000);
        await _peer.DisposeAsync();
        await serving;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_list_that_the_server_does_not_know_is_empty()
    {
        var items = ReadAsync(CatalogKind.ResourceTemplates, ToolFilter.All);

        await AnswerAsync(""" "error":{"code":-32601,"message":"Method not found"} """);

        Assert.Empty(await items);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_list_that_the_server_does_not_declare_is_not_asked_for() => Assert.Empty(await ReadAsync(CatalogKind.Prompts, ToolFilter.All));

    [Fact(Timeout = 30_000)]
    public async Task Any_other_error_is_one()
    {
        var failing = ReadAsync(CatalogKind.Tools, ToolFilter.All);
        await AnswerAsync(""" "error":{"code":-32000,"message":"broken"} """);
        await Assert.ThrowsAsync<UpstreamErrorException>(() => failing);

        var senseless = ReadAsync(CatalogKind.Tools, ToolFilter.All);
        await AnswerAsync(""" "result":{"tools":5} """);
        await Assert.ThrowsAnyAsync<JsonException>(() => senseless);
    }

    [Fact(Timeout = 30_000)]
    public async Task Tools_are_filtered_and_nothing_else_is()
    {
        var filter = new ToolFilter { Allow = ["read_*", "x:*"], Deny = ["read_secret"] };
        var tools = ReadAsync(CatalogKind.Tools, filter);
        await AnswerAsync(""" "result":{"tools":[{"name":"read_file"},{"name":"read_secret"},{"name":"write_file"}]} """);
        var resources = ReadAsync(CatalogKind.Resources, filter);
        await AnswerAsync(""" "result":{"resources":[{"uri":"write:file"}]} """);

        Assert.Equal("read_file", Assert.Single(await tools).Key);
        Assert.Equal("write:file", Assert.Single(await resources).Key);
    }

    private async Task<IReadOnlyList<CatalogItem>> ReadAsync(CatalogKind kind, ToolFilter filter) => (await ReadListAsync(kind, filter)).Items;

    private Task<CatalogList> ReadListAsync(CatalogKind kind, ToolFilter filter) => CatalogReader.ReadAsync(_connection, kind, filter, Timeout.InfiniteTimeSpan, Cancelled);

    [Fact(Timeout = 30_000)]
    public async Task A_list_is_good_as_long_as_its_weakest_page_and_for_everybody_only_where_all_pages_are()
    {
        var lists = ReadListAsync(CatalogKind.Tools, ToolFilter.All);
        await AnswerAsync(""" "result":{"tools":[],"nextCursor":"2","ttlMs":5000,"cacheScope":"public"} """);
        await AnswerAsync(""" "result":{"tools":[],"nextCursor":"3","ttlMs":3000,"cacheScope":"private"} """);
        await AnswerAsync(""" "result":{"tools":[],"ttlMs":4000,"cacheScope":"public"} """);
        Assert.Equal(new CacheHint(3000, IsPublic: false), (await lists).Cache);

        var silent = ReadListAsync(CatalogKind.Tools, ToolFilter.All);
        await AnswerAsync(""" "result":{"tools":[],"ttlMs":-5,"cacheScope":"everybody"} """);
        Assert.Equal(CacheHint.None, (await silent).Cache);
    }

    private async Task ServeForEverAsync()
    {
        while (await _peer.ReadAsync(CancellationToken.None) is { } line)
        {
            var id = (long?)JsonNode.Parse(line)!["id"];
            await _peer.SayAsync($$"""{"jsonrpc":"2.0","id":{{id}}, "result":{"tools":[{"name":"t{{id}}"}],"nextCursor":"{{id}}"} }""", CancellationToken.None);
        }
    }

    /// <summary>Answers the next request and gives its parameters.</summary>
    private async Task<JsonNode?> AnswerAsync(string answer)
    {
        _asked++;
        var request = JsonNode.Parse((await _peer.ReadAsync(Cancelled))!)!;
        await _peer.SayAsync($$"""{"jsonrpc":"2.0","id":{{request["id"]}},{{answer}}}""", Cancelled);
        return request["params"];
    }
}
