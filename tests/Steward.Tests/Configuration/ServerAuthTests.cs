using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class ServerAuthTests
{
    [Fact]
    public void A_bearer_token_becomes_the_header()
    {
        var server = Resolve("""{ "type": "bearer", "token": "${env:T}" }""");

        Assert.Equal("Bearer hunter2", server.Headers["Authorization"]);
        Assert.Null(server.OAuth);
    }

    [Fact]
    public void A_key_goes_into_the_header_that_the_server_names()
    {
        Assert.Equal("hunter2", Resolve("""{ "type": "apiKey", "value": "${env:T}" }""").Headers["X-API-Key"]);
        Assert.Equal("hunter2", Resolve("""{ "type": "apiKey", "header": "Api-Token", "value": "${env:T}" }""").Headers["Api-Token"]);
    }

    [Fact]
    public void What_is_given_says_which_type_it_is()
    {
        Assert.Equal("Bearer hunter2", Resolve("""{ "token": "${env:T}" }""").Headers["Authorization"]);
        Assert.Equal("hunter2", Resolve("""{ "value": "${env:T}" }""").Headers["X-API-Key"]);
        Assert.Equal(new ResolvedAuth { ClientId = "id" }, Resolve("""{ "clientId": "id" }""").OAuth);
    }

    [Fact]
    public void Client_credentials_are_resolved_late()
    {
        var auth = Resolve("""{ "type": "oauth", "grant": "clientCredentials", "clientId": "id", "clientSecret": "${env:T}", "scopes": ["a", "b"] }""").OAuth;

        Assert.Equal(new ResolvedAuth { Grant = OAuthGrant.ClientCredentials, ClientId = "id", ClientSecret = "hunter2", Scopes = "a b" }, auth);
        Assert.DoesNotContain("hunter2", auth!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_auth_a_server_may_ask_for_OAuth_unless_headers_say_who_Steward_is()
    {
        Assert.Same(ResolvedAuth.Standard, Resolve(null).OAuth);
        Assert.Null(Resolve(null, """{ "authorization": "Basic abc" }""").OAuth);
        Assert.Same(ResolvedAuth.Standard, Resolve(null, """{ "X-Tenant": "a" }""").OAuth);
    }

    [Theory]
    [InlineData("""{ "type": "bearer" }""", "token is missing")]
    [InlineData("""{ "type": "apiKey" }""", "value is missing")]
    [InlineData("""{ "type": "oauth", "clientSecret": "s" }""", "clientId is missing")]
    [InlineData("""{ "type": "oauth", "grant": "clientCredentials", "clientId": "id" }""", "clientSecret is missing")]
    [InlineData("""{ "type": "oauth", "clientMetadataUrl": "http://example.org/c.json" }""", "https://")]
    [InlineData("""{ "type": "oauth", "scopes": ["two words"] }""", "scope")]
    [InlineData("""{ "type": "bearer", "token": "two words" }""", "without spaces")]
    public void What_cannot_work_is_a_problem(string auth, string words) =>
        Assert.Contains(words, Config.Fail(Text(auth, null)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Two_credentials_in_one_header_are_a_problem()
    {
        var error = Config.Fail(Text("""{ "type": "bearer", "token": "t" }""", """{ "Authorization": "Bearer u" }"""));

        Assert.Contains("auth and headers both say who Steward is", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_another_type_have_no_effect_and_a_warning()
    {
        var warning = Assert.Single(Config.Parse(Text("""{ "type": "bearer", "token": "t", "clientId": "id" }""", null)).Warnings);

        Assert.Contains("clientId has no effect with type", warning.ToString(), StringComparison.Ordinal);
    }

    private static ResolvedServer Resolve(string? auth, string headers = "{}") =>
        ResolvedServer.From(Config.Parse(Text(auth, headers), ("T", "hunter2")).Servers.Single(), Config.Variables(("T", "hunter2")));

    private static string Text(string? auth, string? headers) =>
        $$"""{ "mcpServers": { "a": { "url": "https://example.org/mcp", "headers": {{headers ?? "{}"}} {{(auth is null ? "" : $", \"auth\": {auth}")}} } } }""";
}
