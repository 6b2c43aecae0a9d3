using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class HandshakeTests : IAsyncDisposable
{
    private const string Discovery = """{"resultType":"complete","supportedVersions":["2027-01-01","2026-07-28"],"capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"new","version":"2"}},"instructions":"be kind","ttlMs":5000,"cacheScope":"public"}""";
    private const string Initialized = """{"protocolVersion":"2025-06-18","capabilities":{"prompts":{}},"serverInfo":{"name":"old","version":"1"}}""";

    private readonly FakeLink _link = new();
    private readonly FakeTimeProvider _time = new();
    private readonly EraMemory _memory = new();
    private readonly UpstreamConnection _connection;
    private ServerConfig _config = new() { Id = "s", Command = "x" };

    public HandshakeTests()
    {
        _connection = new UpstreamConnection("s", _link, new RecordingHandler(), log: null, _time, NullLogger.Instance);
        _connection.Start();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_can_be_discovered_is_modern()
    {
        var shaking = ShakeAsync();
        var probe = await ExpectAsync("server/discover");
        var meta = probe["params"]!["_meta"]!;
        Assert.Equal("2026-07-28", (string?)meta["io.modelcontextprotocol/protocolVersion"]);
        Assert.Equal("steward", (string?)meta["io.modelcontextprotocol/clientInfo"]!["name"]);
        Assert.IsType<JsonObject>(meta["io.modelcontextprotocol/clientCapabilities"]);
        _link.Answer(probe, Discovery);

        var result = await shaking;
        Assert.Equal((ProtocolEra.Modern, "2026-07-28", "new 2"), (result.Era, result.Revision, result.ServerName));
        Assert.Equal((true, false, true, true), (result.HasTools, result.HasPrompts, result.HasResources, result.CanSubscribe));
        Assert.Equal((true, false), (result.Announces(CatalogKind.Tools), result.Announces(CatalogKind.ResourceTemplates)));
        Assert.Equal(new CacheHint(5000, IsPublic: true), result.Cache);
        Assert.Same(result, _connection.Server);
        Assert.False(_connection.Meta.IsEmpty);
        Assert.Single(_link.Sent);
        Assert.Equal(ProtocolEra.Modern, _memory.Find(_config));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(-32601, "null")]
    [InlineData(-32602, "null")]
    [InlineData(-32600, "null")]
    [InlineData(-32000, "\"Server not initialized\"")]
    [InlineData(-32603, "{}")]
    [InlineData(0, "null")]
    [InlineData(-32021, "\"of its own\"")]
    [InlineData(-32022, "{\"supported\":\"none\"}")]
    [InlineData(-32022, "{\"supported\":[\"2025-11-25\"],\"requested\":\"2026-07-28\"}")]
    public async Task Whatever_error_is_not_the_modern_eras_means_a_legacy_server(int code, string data)
    {
        var shaking = ShakeAsync();
        _link.Refuse(await ExpectAsync("server/discover"), code, data);
        await InitializeAsync();

        Assert.Equal((ProtocolEra.Legacy, "2025-06-18"), ((await shaking).Era, _connection.Server.Revision));
        Assert.True(_connection.Meta.IsEmpty);
        Assert.Equal(ProtocolEra.Legacy, _memory.Find(_config));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{\"supportedVersions\":{}}")]
    [InlineData("{\"supportedVersions\":[\"2099-01-01\",\"2025-03-26\"]}")]
    public async Task A_result_that_offers_no_modern_revision_means_a_legacy_server(string result)
    {
        var shaking = ShakeAsync();
        _link.Answer(await ExpectAsync("server/discover"), result);
        await InitializeAsync();

        Assert.Equal(ProtocolEra.Legacy, (await shaking).Era);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(-32022, "{\"supported\":[\"2099-01-01\",\"DRAFT\"],\"requested\":\"2026-07-28\"}", "2099-01-01, DRAFT")]
    [InlineData(-32022, "{\"supported\":[],\"requested\":\"2026-07-28\"}", "none named")]
    [InlineData(-32021, "{\"requiredCapabilities\":{\"magic\":{}}}", "refuses server/discover: no")]
    [InlineData(-32020, "null", "headers")]
    public async Task A_modern_server_that_cannot_be_spoken_to_is_said_so_and_not_taken_for_legacy(int code, string data, string said)
    {
        var shaking = ShakeAsync();
        _link.Refuse(await ExpectAsync("server/discover"), code, data);

        var failure = await Assert.ThrowsAsync<ServerLaunchException>(() => shaking);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.Single(_link.Sent);
        Assert.Null(_memory.Find(_config));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_of_other_modern_revisions_only_cannot_be_spoken_to()
    {
        var shaking = ShakeAsync();
        _link.Answer(await ExpectAsync("server/discover"), """{"supportedVersions":["2099-01-01"],"capabilities":{}}""");

        Assert.Contains("2099-01-01", (await Assert.ThrowsAsync<ServerLaunchException>(() => shaking)).Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(null)]
    public async Task A_server_that_keeps_silent_is_asked_the_old_way_after_a_moment(bool? hasBeenRead)
    {
        _link.HasBeenRead = hasBeenRead;
        var shaking = ShakeAsync();
        var probe = await ExpectAsync("server/discover");
        _time.Advance(Handshake.Patience);
        await InitializeAsync();

        Assert.Equal(ProtocolEra.Legacy, (await shaking).Era);
        _link.Refuse(probe, -32601);
        Assert.Equal(3, _link.Sent.Count); // no cancellation: the server may not know of what
        Assert.Equal(ProtocolEra.Legacy, _memory.Find(_config));
        Assert.Equal(0, _connection.CallsInFlight);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_slow_to_start_is_not_asked_the_old_way_before_it_has_taken_the_probe_in()
    {
        _link.HasBeenRead = false;
        var shaking = ShakeAsync();
        var probe = await ExpectAsync("server/discover");
        for (var i = 0; i < 100; i++)
            _time.Advance(TimeSpan.FromMilliseconds(200));
        _link.HasBeenRead = true;
        _link.Answer(probe, Discovery);

        Assert.Equal(ProtocolEra.Modern, (await shaking).Era);
        Assert.Single(_link.Sent);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_modern_server_that_was_asked_both_ways_stays_modern_whichever_it_answers_first(bool discoverFirst)
    {
        var (shaking, probe, initialize) = await AskBothWaysAsync();
        if (discoverFirst)
            _link.Answer(probe, Discovery);
        _link.Refuse(initialize, -32022, """{"supported":["2026-07-28"]}""");
        if (!discoverFirst)
            _link.Answer(probe, Discovery);

        Assert.Equal(ProtocolEra.Modern, (await shaking).Era);
        Assert.Equal(2, _link.Sent.Count);
        Assert.Equal(ProtocolEra.Modern, _memory.Find(_config));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_modern_server_that_ignores_initialize_is_modern()
    {
        var (shaking, probe, _) = await AskBothWaysAsync();
        _link.Answer(probe, Discovery);
        while (!shaking.IsCompleted)
        {
            _time.Advance(Handshake.Patience);
            await Task.Yield();
        }

        Assert.Equal(ProtocolEra.Modern, (await shaking).Era);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_of_both_eras_that_took_initialize_in_is_legacy_for_this_process_and_modern_for_the_next()
    {
        var (shaking, probe, initialize) = await AskBothWaysAsync();
        _link.Answer(probe, Discovery);
        _link.Answer(initialize, Initialized);
        await ExpectAsync("notifications/initialized");

        Assert.Equal(ProtocolEra.Legacy, (await shaking).Era);
        Assert.True(_connection.Meta.IsEmpty);
        Assert.Equal(ProtocolEra.Modern, _memory.Find(_config));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_refuses_both_ways_fails_with_its_words()
    {
        var (shaking, probe, initialize) = await AskBothWaysAsync();
        _link.Refuse(probe, -32601);
        _link.Say($$$"""{"jsonrpc":"2.0","id":{{{initialize["id"]}}},"error":{"code":-32603,"message":"no licence"}}""");

        Assert.Contains("no licence", (await Assert.ThrowsAsync<ServerLaunchException>(() => shaking)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_configured_is_not_asked_for()
    {
        _config = _config with { Lifecycle = ServerLifecycle.Initialize };
        var old = ShakeAsync();
        await InitializeAsync();
        Assert.Equal(ProtocolEra.Legacy, (await old).Era);

        _config = _config with { Lifecycle = ServerLifecycle.Discover };
        var forced = ShakeAsync();
        _time.Advance(TimeSpan.FromSeconds(20)); // however long it takes
        _link.Refuse(await ExpectAsync("server/discover"), -32601);
        Assert.Contains("lifecycle", (await Assert.ThrowsAsync<ServerLaunchException>(() => forced)).Message, StringComparison.Ordinal);
        Assert.Equal(3, _link.Sent.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_legacy_server_is_remembered_until_it_is_defined_anew()
    {
        _memory.Keep(_config, ProtocolEra.Legacy);
        var shaking = ShakeAsync();
        await InitializeAsync();
        await shaking;

        _config = _config with { Args = ["other"] };
        var anew = ShakeAsync();
        _link.Answer(await ExpectAsync("server/discover"), Discovery);
        Assert.Equal(ProtocolEra.Modern, (await anew).Era);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_not_legacy_any_more_is_found_out()
    {
        _memory.Keep(_config, ProtocolEra.Legacy);
        var shaking = ShakeAsync();
        _link.Refuse(await ExpectAsync("initialize"), -32601);
        _link.Answer(await ExpectAsync("server/discover"), Discovery);

        Assert.Equal(ProtocolEra.Modern, (await shaking).Era);
        Assert.Equal(ProtocolEra.Modern, _memory.Find(_config));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_not_modern_any_more_is_found_out()
    {
        _memory.Keep(_config, ProtocolEra.Modern);
        var shaking = ShakeAsync();
        _time.Advance(Handshake.Patience * 2); // it is known to answer: a slow one gets longer
        _link.Refuse(await ExpectAsync("server/discover"), -32601);
        await InitializeAsync();

        Assert.Equal(ProtocolEra.Legacy, (await shaking).Era);
        Assert.Equal(ProtocolEra.Legacy, _memory.Find(_config));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(400, true)]
    [InlineData(404, true)]
    [InlineData(405, true)]
    [InlineData(429, false)]
    [InlineData(503, false)]
    public async Task A_remote_server_that_refuses_the_probe_without_an_answer_is_legacy(int status, bool isRemembered)
    {
        var shaking = ShakeAsync();
        Undeliverable(await ExpectAsync("server/discover"), status);
        await InitializeAsync();

        Assert.Equal(ProtocolEra.Legacy, (await shaking).Era);
        Assert.Equal(isRemembered, _memory.Find(_config) is not null);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(0)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_remote_server_that_cannot_be_reached_or_wants_to_know_who_asks_is_not_asked_again(int status)
    {
        var shaking = ShakeAsync();
        Undeliverable(await ExpectAsync("server/discover"), status);

        Assert.Contains("no way", (await Assert.ThrowsAsync<ServerLaunchException>(() => shaking)).Message, StringComparison.Ordinal);
        Assert.Single(_link.Sent);
    }

    [Theory]
    [InlineData("""{"protocolVersion":"2025-06-18","x":1.0}""", "2025-03-26", """{"protocolVersion":"2025-03-26","x":1.0}""")]
    [InlineData("""{"protocolVersion":"2025-06-18","x":1.0}""", "2025-11-25", """{"protocolVersion":"2025-06-18","x":1.0}""")]
    public void A_legacy_client_is_told_the_servers_own_words_in_the_older_revision(string said, string revision, string told) =>
        Assert.Equal(told, Messages.Text(HandshakeResult.Read(Messages.Utf8(said)).ForLegacy(revision)));

    [Fact]
    public void A_legacy_client_is_told_of_a_modern_server_as_of_its_own_era()
    {
        var told = Messages.Json(HandshakeResult.ReadDiscovery(Messages.Utf8(Discovery), ProtocolRevisions.Modern).ForLegacy("2025-06-18"));

        Assert.Equal("""{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true}},"serverInfo":{"name":"new","version":"2"},"instructions":"be kind"}""", told.ToJsonString());
    }

    private Task<HandshakeResult> ShakeAsync() =>
        new Handshake(_connection, Introduction.Shared, _config, _memory, _time).PerformAsync(TestContext.Current.CancellationToken);

    private async Task<JsonNode> ExpectAsync(string method)
    {
        var message = await _link.NextAsync();
        Assert.Equal(method, (string?)message["method"]);
        return message;
    }

    private async Task InitializeAsync()
    {
        var initialize = await ExpectAsync("initialize");
        Assert.Null(initialize["params"]!["_meta"]);
        _link.Answer(initialize, Initialized);
        await ExpectAsync("notifications/initialized");
    }

    private async Task<(Task<HandshakeResult> Shaking, JsonNode Probe, JsonNode Initialize)> AskBothWaysAsync()
    {
        var shaking = ShakeAsync();
        var probe = await ExpectAsync("server/discover");
        _time.Advance(Handshake.Patience);
        return (shaking, probe, await ExpectAsync("initialize"));
    }

    private void Undeliverable(JsonNode message, int status) => _link.Receiver.OnUndeliverable(Messages.Utf8(message.ToJsonString()), "no way", status);
}
