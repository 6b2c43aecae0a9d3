using System.Text;
using Steward.Configuration;
using Steward.Server.Daemon;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Clients that send too much, too slowly, or what is not theirs, to the daemon as it listens.</summary>
public sealed class HostileClientTests
{
    private const string Close = "Connection: close\r\n";
    private const string Mcp = "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>In real time, for the web server's clock cannot be replaced; it does nothing meanwhile.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Whoever_sends_a_request_too_slowly_is_cut_off_and_others_are_served()
    {
        await using var rig = await ListeningHost.StartAsync();
        await using var slowHead = await rig.ConnectAsync();
        await slowHead.WriteAsync("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray(), Cancelled);
        await using var slowBody = await rig.ConnectAsync();
        await slowBody.WriteAsync(Encoding.ASCII.GetBytes($"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{Mcp}Content-Length: 1000\r\n\r\n{{"), Cancelled);
        var heads = ListeningHost.ReadToEndAsync(slowHead);
        var bodies = ListeningHost.ReadToEndAsync(slowBody);

        Assert.StartsWith("HTTP/1.1 200", await rig.SayAsync(Post(Ping)), StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 408", await bodies, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 408", await heads, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Two_requests_in_one_packet_are_two_requests()
    {
        await using var rig = await ListeningHost.StartAsync();

        var answers = await rig.SayAsync($"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{Mcp}Content-Length: {Ping.Length}\r\n\r\n{Ping}{Post(Ping)}");

        Assert.Equal(3, answers.Split("HTTP/1.1 200").Length);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("431", "X-Large: ", 40_000)]
    [InlineData("414", "", 20_000)]
    [InlineData("431", "many", 200)]
    public async Task Headers_have_a_bound(string status, string what, int size)
    {
        await using var rig = await ListeningHost.StartAsync();
        var path = what.Length == 0 ? "/" + new string('x', size) : "/mcp";
        var headers = what == "many" ? string.Concat(Enumerable.Range(0, size).Select(i => $"X-{i}: 1\r\n")) : what.Length == 0 ? "" : $"{what}{new string('x', size)}\r\n";

        Assert.StartsWith($"HTTP/1.1 {status}", await rig.SayAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{Close}{headers}\r\n"), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("evil.example", "", "403")]
    [InlineData("localhost.evil.example", "", "403")]
    [InlineData("localhost.", "", "403")]
    [InlineData("evil.example", "X-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\n", "403")]
    [InlineData("localhost", "Origin: null\r\n", "403")]
    [InlineData("localhost", "Origin: http://localhost.evil.example\r\n", "403")]
    [InlineData("localhost\r\nHost: evil.example", "", "400")]
    [InlineData("[::1]:7420", "", "200")]
    [InlineData("localhost", "X-Forwarded-Host: evil.example\r\n", "200")]
    public async Task A_name_is_believed_from_the_Host_header_alone_and_on_every_route(string host, string more, string expected)
    {
        await using var rig = await ListeningHost.StartAsync();
        var refused = expected != "200";

        foreach (var path in refused ? (string[])["/mcp", "/servers/files/mcp", "/sse", "/ws", "/api/v1/servers", "/health/live", "/metrics", "/"] : ["/health/live"])
            Assert.StartsWith($"HTTP/1.1 {expected}", await rig.SayAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\n{Close}{more}\r\n"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_token_of_a_client_opens_neither_the_API_nor_anything_that_starts_a_program()
    {
        await using var rig = await ListeningHost.StartAsync(new GatewayConfig { BearerTokens = ["the-token-of-a-client"] });
        var owner = ApiToken.Read(rig.Data)!;
        var before = rig.Launcher.Count;
        const string definition = """{"id":"shell","definition":{"command":"sh","args":["-c","id"]},"test":true}""";

        foreach (var (verb, path) in ((string, string)[])[("POST", "/api/v1/servers"), ("PATCH", "/api/v1/servers/files/definition"), ("POST", "/api/v1/config/apply"), ("POST", "/api/v1/servers/files/restart"), ("GET", "/api/v1/servers"), ("GET", "/metrics")])
        {
            foreach (var token in (string[])["the-token-of-a-client", owner + "x", owner[..^1], "none", new string('x', 8000)])
            {
                var answer = await rig.SayAsync($"{verb} {path} HTTP/1.1\r\nHost: localhost\r\n{Close}Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {definition.Length}\r\n\r\n{definition}");
                Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
                Assert.Contains("WWW-Authenticate: Bearer", answer, StringComparison.Ordinal);
            }
        }

        Assert.Equal(before, rig.Launcher.Count);
        Assert.Equal(["files"], rig.Host.Manager.Servers.Select(server => server.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_token_counts_in_its_header_alone_and_stands_in_no_log()
    {
        await using var rig = await ListeningHost.StartAsync(new GatewayConfig { BearerTokens = ["the-token-of-a-client"] });
        var owner = ApiToken.Read(rig.Data)!;

        foreach (var path in (string[])[$"/api/v1/servers?token={owner}&access_token={owner}", $"/mcp?access_token=the-token-of-a-client&token=the-token-of-a-client"])
            Assert.StartsWith("HTTP/1.1 401", await rig.SayAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nCookie: token={owner}\r\n{Close}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await rig.SayAsync(Post(Ping, "Authorization: Basic dGhlLXRva2VuLW9mLWEtY2xpZW50\r\n")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await rig.SayAsync(Post(Ping)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await rig.SayAsync(Post(Ping, "Authorization: Bearer the-token-of-a-client\r\n")), StringComparison.Ordinal);

        Assert.All(await rig.EndAsync(), line =>
        {
            Assert.DoesNotContain("the-token-of-a-client", line, StringComparison.Ordinal);
            Assert.DoesNotContain(owner, line, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task A_form_on_a_web_page_does_nothing()
    {
        await using var rig = await ListeningHost.StartAsync();
        foreach (var (origin, expected) in ((string, string)[])[("Origin: http://evil.example\r\n", "403"), ("", "401")])
        {
            foreach (var path in (string[])["/api/v1/shutdown", "/api/v1/servers/files/stop", "/api/v1/servers"])
                Assert.StartsWith($"HTTP/1.1 {expected}", await rig.SayAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\n{Close}{origin}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b"), StringComparison.Ordinal);
        }

        // No token is asked for here, and a form cannot send what it takes to be heard.
        foreach (var type in (string[])["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
            Assert.StartsWith("HTTP/1.1 415", await rig.SayAsync($"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{Close}Content-Type: {type}\r\nAccept: application/json, text/event-stream\r\nContent-Length: {Ping.Length}\r\n\r\n{Ping}"), StringComparison.Ordinal);
        Assert.False(rig.Host.StopRequested.IsCompleted);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("../../etc/passwd")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("%2e%2e/api-token")]
    [InlineData("files/../../api-token")]
    [InlineData("files%00")]
    public async Task No_path_leads_out_of_what_the_API_serves(string id)
    {
        await using var rig = await ListeningHost.StartAsync();
        var owner = ApiToken.Read(rig.Data)!;

        var answer = await rig.SayAsync($"GET /api/v1/servers/{id}/logs HTTP/1.1\r\nHost: localhost\r\n{Close}Authorization: Bearer {owner}\r\n\r\n");

        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(owner, answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Whatever_a_client_calls_itself_an_event_is_one_line_of_the_log()
    {
        await using var rig = await ListeningHost.StartAsync();
        const string name = "\\u001b[2J<img src=x onerror=alert(1)>\\r\\n2030-01-01T00:00:00.000Z info  forged[1] line";

        await rig.SayAsync($"GET / HTTP/1.1\r\nHost: evil\u001b[2J\r\nUser-Agent: \u001b]0;x\r\n{Close}\r\n");
        await rig.SayAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example/\u0085forged\r\n{Close}\r\n");
        await rig.SayAsync(Post(Ping.Replace("\"raw\"", $"\"{name}\"", StringComparison.Ordinal)));

        var log = await rig.EndAsync();
        Assert.NotEmpty(log);
        Assert.All(log, line =>
        {
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trace|debug|info |warn |ERROR) \S+\[\d+\] ", line);
            Assert.DoesNotContain("forged[1]", line[..Math.Min(60, line.Length)], StringComparison.Ordinal);
            Assert.DoesNotContain(line, char.IsControl);
        });
    }

    private static string Post(string body, string more = "") => $"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{Close}{Mcp}{more}Content-Length: {body.Length}\r\n\r\n{body}";
}
