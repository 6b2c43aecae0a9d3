using System.Net;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

/// <summary>Pages in browsers. Which may call at all is told by <see cref="HostAllowListTests"/>.</summary>
public sealed class CorsTests
{
    private const string Page = "http://localhost:5173";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 10_000)]
    [InlineData("/mcp")]
    [InlineData("/servers/a/mcp")]
    public async Task A_page_may_ask_before_it_calls_and_read_what_it_needs(string path)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var http = new HttpClient();
        using var asking = new HttpRequestMessage(HttpMethod.Options, new Uri(rig.Url, path));
        asking.Headers.Add("Origin", Page);
        asking.Headers.Add("Access-Control-Request-Method", "POST");
        asking.Headers.Add("Access-Control-Request-Headers", "content-type, mcp-param-region, x-evil");

        using var preflight = await http.SendAsync(asking, Cancelled);

        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal((Page, "Origin"), (Header(preflight, "Access-Control-Allow-Origin"), Header(preflight, "Vary")));
        Assert.Contains("DELETE", Header(preflight, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        var allowed = Header(preflight, "Access-Control-Allow-Headers");
        Assert.All((string[])["Authorization", "Mcp-Session-Id", "mcp-param-region"], name => Assert.Contains(name, allowed, StringComparison.Ordinal));
        Assert.DoesNotContain("x-evil", allowed, StringComparison.Ordinal);

        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Url, path)) { Content = RigClient.Opening() is var opening ? new StringContent(opening, null, "application/json") : null };
        call.Headers.Add("Origin", Page);
        call.Headers.Add("Accept", "application/json, text/event-stream");
        using var answer = await http.SendAsync(call, Cancelled);
        Assert.Equal((HttpStatusCode.OK, Page), (answer.StatusCode, Header(answer, "Access-Control-Allow-Origin")));
        Assert.Contains("Mcp-Session-Id", Header(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.GetValues(name));
}
