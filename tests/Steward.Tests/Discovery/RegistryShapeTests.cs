using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Remote;
using Xunit;

namespace Steward.Tests.Discovery;

/// <summary>What registries of all ages answer: https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/CHANGELOG.md.</summary>
public sealed class RegistryShapeTests : IAsyncLifetime
{
    private const string First = "/v0.1/servers?limit=100&version=latest";
    private const string FirstOfOld = "/v0/servers?limit=100&version=latest";

    private readonly Machine _machine = new();
    private FakeService _service = null!;
    private RegistrySource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await FakeService.StartAsync();
        _source = new RegistrySource(_service.Address);
        _machine.WriteProgram("bin/npx");
        _machine.SetPath("bin");
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _machine.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_list_that_only_names_servers_is_completed_server_by_server()
    {
        _service.Json(FirstOfOld, $$"""{"servers":[{{Listed("1", "a/one")}},{{Listed("2", "a/old", isLatest: false)}},{{Listed("3", "a/gone")}},{{Listed("4", "a/four")}},{{Listed("5", "a/broken")}}],"total_count":5,"next":"{{_service.Address}}v0/servers?offset=5"}""");
        _service.Json("/v0/servers?offset=5", $$"""{"servers":[{{Listed("6", "a/six")}}],"total_count":6,"next":"https://elsewhere.example/v0/servers?offset=6"}""");
        foreach (var id in (string[])["1", "4", "6"])
            _service.Json($"/v0/servers/{id}", Details(id));
        _service.Json("/v0/servers/5", "{");

        var result = await DiscoverAsync();

        Assert.Equal(["npx -y p1@1.0.2", "npx -y p4@1.0.2", "npx -y p6@1.0.2"], result.Servers.Select(server => $"{server.Config.Command} {string.Join(' ', server.Config.Args)}"));
        Assert.Equal($"{_service.Address}v0/servers/4", result.Servers[1].Location);
        Assert.Equal(2, result.Problems.Count);
        Assert.StartsWith("a/gone is left out: ", result.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("a/broken is left out: ", result.Problems[1], StringComparison.Ordinal);
        Assert.True(result.IsComplete);
        Assert.DoesNotContain("/v0/servers/2", _service.Asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_such_a_list_only_what_is_searched_for_is_completed()
    {
        _service.Json($"{FirstOfOld}&search=weather", $$"""{"servers":[{{Listed("1", "a/one")}},{{Listed("2", "a/Weather-two")}}]}""");
        _service.Json("/v0/servers/2", Details("2"));

        var result = await _source.DiscoverAsync(_machine.Context with { Query = "weather" }, TestContext.Current.CancellationToken);

        Assert.Equal("two", Assert.Single(result.Servers).Id);
        Assert.DoesNotContain("/v0/servers/1", _service.Asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_registry_that_fails_midway_through_its_details_leaves_the_result_incomplete()
    {
        _service.Json(FirstOfOld, $$"""{"servers":[{{Listed("1", "a/one")}},{{Listed("2", "a/two")}}]}""");
        _service.Json("/v0/servers/1", Details("1"));
        _service.Status("/v0/servers/2", 429, ("Retry-After", "60"));

        var result = await DiscoverAsync();

        Assert.Equal((1, false), (result.Servers.Count, result.IsComplete));
        Assert.Contains("broke off on its first page", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Details_are_asked_for_to_a_bound_and_the_rest_is_counted()
    {
        var ids = Enumerable.Range(0, 203).Select(number => $"{number}").ToList();
        _service.Json(FirstOfOld, $$"""{"servers":[{{string.Join(',', ids.Select(id => Listed(id, $"a/s{id}")))}}]}""");
        foreach (var id in ids)
            _service.Json($"/v0/servers/{id}", Details(id));

        var result = await DiscoverAsync();

        Assert.Equal(200, result.Servers.Count);
        Assert.Contains("3 more are left out", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_registries_said_beside_a_server_before_they_had_a_place_for_it_counts()
    {
        _service.Json(FirstOfOld, """
            {"servers":[
              {"server":{"name":"a/weather","version_detail":{"version":"1"},"packages":[{"registry_name":"npm","name":"one","version":"1"}]},"x-io.modelcontextprotocol.registry":{"id":"1","is_latest":false}},
              {"server":{"name":"a/weather","version_detail":{"version":"2"},"packages":[{"registry_name":"npm","name":"one","version":"2"}]},"x-io.modelcontextprotocol.registry":{"id":"2","is_latest":true}}],
             "metadata":{"next_cursor":null,"count":2}}
            """);

        var server = Assert.Single((await DiscoverAsync()).Servers);

        Assert.Equal(("2", "npx -y one@2"), (server.Version, $"{server.Config.Command} {string.Join(' ', server.Config.Args)}"));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_entry_of_today_needs_no_word_of_the_registry_and_may_hold_what_is_not_known_yet()
    {
        _service.Json(First, """
            {"servers":[
              {"server":{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"com.example/tools","title":"Tools","description":"Tools","version":"1.0.2","websiteUrl":"https://example.com","icons":[{"src":"https://example.com/i.png","mimeType":"image/png","sizes":["any"]}],
                "repository":{"url":"https://github.com/example/tools","source":"github","id":"1","subfolder":"src/tools"},
                "packages":[{"registryType":"npm","registryBaseUrl":"https://registry.npmjs.org","identifier":"@example/tools","version":"1.0.2","fileSha256":"fe333e598595000ae021bd27117db32ec69af6987f507ba7a63c90638ff633ce","runtimeHint":"npx","transport":{"type":"stdio"},
                  "packageArguments":[{"type":"named","name":"--root","format":"filepath","placeholder":"/data","isRequired":true,"isRepeated":true}],"postInstallInstructions":[{"description":"Read the page"}]}],
                "remotes":[{"type":"streamable-http","url":"{baseUrl}/mcp","variables":{"baseUrl":{"description":"Where it runs","isRequired":true,"choices":["https://eu.example.com","https://us.example.com"]}}}],
                "_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"tool":"publisher-cli"}}}},
              {"server":{"name":"com.example/late","description":"L","version":"2","remotes":[{"type":"sse","url":"https://late.example.com/sse"}]},
               "_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","statusChangedAt":"2026-09-01T00:00:00Z","publishedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-09-01T00:00:00Z","isLatest":true},"com.example/more":{"x":1}}}],
             "metadata":{"nextCursor":null,"count":2}}
            """);

        var servers = (await DiscoverAsync()).Servers;

        Assert.Equal(["tools", "tools-remote", "late"], servers.Select(server => server.Id));
        Assert.Equal("-y @example/tools@1.0.2 --root ${env:TOOLS_ROOT}", string.Join(' ', servers[0].Config.Args));
        Assert.Equal((ServerTransport.Http, "${env:TOOLS_REMOTE_BASEURL}/mcp"), (servers[1].Config.Transport, servers[1].Config.Url));
        Assert.All(servers, server => Assert.Equal(server.Id, ServerJson.Checked(server.Config).Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_text_that_is_no_Unicode_spoils_its_own_entry_and_no_other()
    {
        _service.Json(First, """
            {"servers":[
            {"server":{"name":"a/described","description":"cut \ud83d","remotes":[{"type":"sse","url":"https://a.example/sse"}]}},
            {"server":{"name":"a/started","packages":[{"registryType":"npm","identifier":"one\ud83d","transport":{"type":"stdio"}}]}},
            {"server":{"name":"a/sound","remotes":[{"type":"sse","url":"https://b.example/sse"}]}}]}
            """);

        var result = await DiscoverAsync();

        Assert.Equal(["described", "sound"], result.Servers.Select(server => server.Id));
        Assert.Equal("cut \uFFFD", result.Servers[0].Description);
        Assert.Equal(2, result.Problems.Count);
        Assert.Contains("no valid Unicode, first at line 2, position 52", result.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("a/started is left out: its args[1] holds U+FFFD", result.Problems[1], StringComparison.Ordinal);
    }

    private Task<DiscoveryResult> DiscoverAsync() => _source.DiscoverAsync(_machine.Context, TestContext.Current.CancellationToken);

    private static string Listed(string id, string name, bool isLatest = true) =>
        $$$"""{"id":"{{{id}}}","name":"{{{name}}}","description":"D","repository":{"url":"https://github.com/a/b","source":"github","id":"1"},"version_detail":{"version":"1.0.2","release_date":"2025-06-15T10:30:00Z","is_latest":{{{(isLatest ? "true" : "false")}}} } }""";

    private static string Details(string id) =>
        $$"""{"id":"{{id}}","name":"a/{{(id == "2" ? "two" : $"s{id}")}}","description":"D weather","version_detail":{"version":"1.0.2","is_latest":true},"packages":[{"registry_name":"npm","name":"p{{id}}","version":"1.0.2"}]}""";
}
