using Microsoft.AspNetCore.Http;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Remote;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class GitHubSourceTests : IAsyncLifetime
{
    private const string Listing = "/repos/acme/tools/contents/servers?per_page=100";

    private readonly Machine _machine = new();
    private FakeService _service = null!;
    private GitHubSource _source = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await FakeService.StartAsync();
        _source = GitHubSource.TryCreate("github:acme/tools", _service.Address)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _machine.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_definition_becomes_a_server_and_a_bad_one_hides_no_other()
    {
        Publish(
            ("weather.json", """{"name":"Weather","description":"Forecasts","transport":"stdio","command":"npx","args":["-y","weather-mcp"],"env":{"WEATHER_KEY":"","UNITS":"metric","HOME_OF":"${HOME_OF}"}}"""),
            ("bad.json", """{"transport":"carrier-pigeon","command":"x"}"""),
            ("broken.json", """{"name":"""),
            ("remote.json", """{"name":"Remote","transport":"http","endpoint":"https://mcp.acme.example/${env:HOME}"}"""),
            ("entry.json", """{"name":"io.github.acme/entry","description":"E","version":"1.0.0","remotes":[{"type":"sse","url":"https://acme.example/sse"}]}"""));

        var result = await DiscoverAsync();

        Assert.Equal(["weather", "remote", "entry"], result.Servers.Select(server => server.Id));
        var weather = result.Servers[0];
        Assert.Equal(("Weather", "Forecasts", "npx", "-y weather-mcp"), (weather.Name, weather.Description, weather.Config.Command, string.Join(' ', weather.Config.Args)));
        Assert.Equal(("${env:WEATHER_KEY}", "metric", "${env:HOME_OF}"), (weather.Config.Env["WEATHER_KEY"], weather.Config.Env["UNITS"], weather.Config.Env["HOME_OF"]));
        Assert.Equal(2, weather.Problems.Count);
        Assert.Equal((ServerTransport.Http, "https://mcp.acme.example/$${env:HOME}"), (result.Servers[1].Config.Transport, result.Servers[1].Config.Url));
        Assert.Equal(2, result.Problems.Count);
        Assert.All(result.Servers, server => Assert.Equal("github:acme/tools", server.Source));
    }

    [Fact(Timeout = 30_000)]
    public async Task Pages_are_followed_by_their_links_and_never_to_another_host()
    {
        Publish(("one.json", Definition));
        var second = $"{_service.Address}repositories/1/contents/servers?page=2";
        _service.Json(Listing, Entries("one.json"), link: $"<{second}>; rel=\"next\", <{second}>; rel=\"last\"");
        _service.Json("/repositories/1/contents/servers?page=2", Entries("two.json"), link: "<https://evil.example/?page=3>; rel=\"next\"");
        _service.Json("/raw/two.json", Definition);

        Assert.Equal(["one", "two"], (await DiscoverAsync()).Servers.Select(server => server.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task Another_folder_is_read_where_it_is_named()
    {
        Publish(("one.json", Definition));
        _service.Json("/repos/acme/tools/contents/mcp/More.d?per_page=100", Entries("two.json")); // no branch is asked for: GitHub answers with the default one
        _service.Json("/raw/two.json", Definition);

        var source = GitHubSource.TryCreate("github:acme/tools/mcp/More.d", _service.Address)!;
        var result = await source.DiscoverAsync(_machine.Context, Cancelled);

        Assert.Equal(("two", "github:acme/tools/mcp/More.d"), (Assert.Single(result.Servers).Id, result.Servers[0].Source));
        Assert.Equal(("github:acme/tools", "github:acme/tools/Servers"), (GitHubSource.TryCreate("github:acme/tools/servers")!.Name, GitHubSource.TryCreate("GitHub:acme/tools/Servers")!.Name));
        _service.Status("/repos/acme/tools/contents/mcp/More.d?per_page=100", 404);
        Assert.StartsWith("There is no folder 'mcp/More.d' in acme/tools", (await Assert.ThrowsAsync<DiscoveryException>(() => source.DiscoverAsync(_machine.Context, Cancelled))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_text_that_is_no_Unicode_spoils_its_own_definition_and_no_other()
    {
        Publish(
            ("described.json", """{"name":"One \ud83d","command":"one"}"""),
            ("started.json", """{"command":"one","env":{"A\ud83d":"x"}}"""),
            ("marked.json", "\uFEFF" + Definition));

        var result = await DiscoverAsync();

        Assert.Equal(["described", "marked"], result.Servers.Select(server => server.Id));
        Assert.Equal("One \uFFFD", result.Servers[0].Name);
        Assert.Equal(3, result.Problems.Count);
        Assert.Contains("raw/described.json holds text that is no valid Unicode, first at line 1, position 14.", result.Problems[0], StringComparison.Ordinal);
        Assert.Contains("its env holds U+FFFD", result.Problems[2], StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        Publish(("one.json", Definition));
        await DiscoverAsync();
        var before = _service.Asked.Count;

        Assert.Single((await DiscoverAsync()).Servers);

        Assert.Equal(before + 2, _service.Asked.Count); // asked, and answered with 304, which is free
    }

    [Fact(Timeout = 30_000)]
    public async Task The_token_goes_to_GitHub_and_nowhere_else()
    {
        await using var elsewhere = await FakeService.StartAsync();
        _machine.Variables["GITHUB_TOKEN"] = "secret";
        _service.Json(Listing, $$"""[{"type":"file","name":"one.json","size":10,"download_url":"https://127.0.0.1:1/one.json"},{"type":"file","name":"two.json","size":10,"download_url":"{{elsewhere.Address}}two.json","url":"{{_service.Address}}raw/two.json"}]""");
        _service.Json("/raw/two.json", Definition);

        var result = await DiscoverAsync();

        Assert.Equal("two", Assert.Single(result.Servers).Id); // plain HTTP to another host is not followed: the API's own address is
        Assert.All(_service.Tokens, token => Assert.Equal("Bearer secret", token));
        Assert.Empty(elsewhere.Asked);
        Assert.DoesNotContain("secret", string.Join('\n', result.Problems), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(404)]
    [InlineData(200)]
    public async Task A_token_in_the_address_of_a_private_file_is_shown_to_nobody(int status)
    {
        List("one");
        _service.Json("/raw/good.json?token=TOKEN-one", Definition, tag: "\"good\"");
        if (status == 200)
            _service.Json("/raw/bad.json?token=TOKEN-one", """{"name":""");
        else
            _service.Status("/raw/bad.json?token=TOKEN-one", status);

        var result = await DiscoverAsync();

        Assert.Equal($"{_service.Address}raw/good.json", Assert.Single(result.Servers).Location);
        Assert.Contains($"{_service.Address}raw/bad.json ", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("TOKEN", string.Join('\n', result.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_private_file_that_has_not_changed_is_not_sent_again_though_its_token_is_another()
    {
        var sent = 0;
        List("one");
        On("one");
        await DiscoverAsync();
        List("two");
        On("two");

        Assert.Single((await DiscoverAsync()).Servers);
        Assert.Equal(1, sent);

        void On(string token) => _service.On($"/raw/good.json?token=TOKEN-{token}", async context =>
        {
            context.Response.Headers.ETag = "\"good\"";
            if (context.Request.Headers.IfNoneMatch == "\"good\"")
            {
                context.Response.StatusCode = 304;
                return;
            }

            sent++;
            await context.Response.WriteAsync(Definition, Cancelled);
        });
    }

    /// <summary>Lists files as they are listed where only some may read them: with a token that is good for a while.</summary>
    private void List(string token) => _service.Json(Listing, "[" + string.Join(',', ((string[])["good", "bad"]).Select(name =>
        $$"""{"name":"{{name}}.json","type":"file","size":100,"download_url":"{{_service.Address}}raw/{{name}}.json?token=TOKEN-{{token}}"}""")) + "]");

    [Theory(Timeout = 30_000)]
    [InlineData(403, "x-ratelimit-reset", "1893459600", "is asked too often (status 403). Try again after 2030-01-01 01:00:00 UTC, or set GITHUB_TOKEN")]
    [InlineData(429, "Retry-After", "60", "Try again after 2030-01-01 00:01:00 UTC, or set GITHUB_TOKEN")]
    [InlineData(404, "X", "y", "There is no folder 'servers' in acme/tools, or nobody may see it. Check the name; for a private repository set GITHUB_TOKEN")]
    [InlineData(401, "X", "y", "GitHub does not accept the token in GITHUB_TOKEN")]
    [InlineData(500, "X", "y", "has trouble of its own (status 500)")]
    public async Task Every_refusal_is_said_in_words(int status, string header, string value, string expected)
    {
        _service.Status(Listing, status, (header, value), ("x-ratelimit-remaining", "0"));

        var error = await Assert.ThrowsAsync<DiscoveryException>(() => DiscoverAsync());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_limit_that_is_reached_midway_leaves_the_result_incomplete()
    {
        Publish(("one.json", Definition), ("two.json", Definition), ("three.json", Definition));
        _service.Status("/raw/two.json", 403, ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1893459600"));

        var result = await DiscoverAsync();

        Assert.Equal(("one", false), (Assert.Single(result.Servers).Id, result.IsComplete));
        Assert.EndsWith("2 of 3 files were not read.", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("github:acme/tools", true)]
    [InlineData("github:acme", false)]
    [InlineData("github:acme/tools/more", true)]
    [InlineData("github:acme/tools/more/and/more", true)]
    [InlineData("github:acme/tools/", false)]
    [InlineData("github:acme/tools//more", false)]
    [InlineData("github:acme/tools/../more", false)]
    [InlineData("github:acme/tools/a?b", false)]
    [InlineData("github:../tools", false)]
    [InlineData("github:a b/tools", false)]
    [InlineData("gitlab:acme/tools", false)]
    public void Only_an_organisation_and_a_repository_perhaps_with_a_folder_name_a_source(string name, bool expected) => Assert.Equal(expected, GitHubSource.TryCreate(name) is not null);

    private const string Definition = """{"name":"One","transport":"stdio","command":"one"}""";

    private Task<DiscoveryResult> DiscoverAsync() => _source.DiscoverAsync(_machine.Context, Cancelled);

    private void Publish(params (string Name, string Text)[] files)
    {
        _service.Json(Listing, Entries([.. files.Select(file => file.Name), "README.md"]), tag: "\"listing\"");
        foreach (var (name, text) in files)
            _service.Json($"/raw/{name}", text, tag: $"\"{name}\"");
    }

    private string Entries(params IEnumerable<string> names) => "[" + string.Join(',', names.Select(name =>
        $$"""{"name":"{{name}}","path":"servers/{{name}}","type":"file","size":100,"sha":"1","url":"{{_service.Address}}repos/x/{{name}}","download_url":"{{_service.Address}}raw/{{name}}","html_url":"https://github.example/{{name}}"}""")) + """,{"type":"dir","name":"more.json"}]""";
}
