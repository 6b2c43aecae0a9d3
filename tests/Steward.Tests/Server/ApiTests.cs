using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Steward.Server;
using Steward.Server.Api;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server;

public sealed class ApiTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("GET", "/api/v1/servers")]
    [InlineData("GET", "/api/v1/servers/files")]
    [InlineData("POST", "/api/v1/servers/files/start")]
    [InlineData("GET", "/api/v1/servers/files/logs")]
    [InlineData("GET", "/api/v1/tools")]
    [InlineData("POST", "/api/v1/servers/files/tools/echo/call")]
    [InlineData("GET", "/api/v1/events")]
    [InlineData("GET", "/api/v1/events/history")]
    [InlineData("GET", "/api/v1/discovery")]
    [InlineData("GET", "/api/v1/gateway")]
    [InlineData("POST", "/api/v1/shutdown")]
    [InlineData("GET", "/api/v1/openapi.json")]
    [InlineData("GET", "/api/v1/nothing")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/API/V1/servers")]
    public async Task Without_the_token_nothing_is_told_and_nothing_is_done(string method, string path)
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        using var client = rig.CreateClient();
        foreach (var authorization in (string?[])[null, "Bearer", "Bearer wrong", $"Basic {ApiToken.Read(rig.Data)}", $"Bearer {ApiToken.Read(rig.Data)}x"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);

            using var response = await client.SendAsync(request, Cancelled);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.False(rig.Host.StopRequested.IsCompleted);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/mcp")]
    [InlineData("/servers/files/mcp")]
    [InlineData("/api/v1/servers")]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/nothing")]
    public async Task A_foreign_host_or_origin_is_refused_on_every_route(string path)
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        foreach (var (name, value) in ((string, string)[])[("Host", "evil.com"), ("Host", "localhost.evil.com:7420"), ("Origin", "http://evil.com"), ("Origin", "null")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(name, value);

            using var response = await rig.Client.SendAsync(request, Cancelled);

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Contains(name == "Host" ? "gateway.allowedHosts" : "gateway.allowedOrigins", await DetailOf(response), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Statuses_come_in_the_order_of_the_configuration_and_survive_the_wire()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();

        var json = await rig.Client.GetStringAsync("/api/v1/servers", Cancelled);

        var statuses = JsonSerializer.Deserialize(json, ApiJson.Default.IReadOnlyListServerStatus)!;
        Assert.Equal(["files", "memory"], statuses.Select(status => status.Id));
        Assert.All(statuses, status => Assert.Equal(ServerState.Running, status.State));
        Assert.Contains("\"state\":\"Running\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("null", json, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("GET", "/api/v1/servers/fils")]
    [InlineData("POST", "/api/v1/servers/fils/restart")]
    [InlineData("GET", "/api/v1/servers/fils/logs")]
    [InlineData("GET", "/api/v1/tools?server=fils")]
    [InlineData("POST", "/api/v1/servers/fils/tools/echo/call")]
    public async Task An_unknown_server_is_a_problem_that_names_the_nearest(string method, string path)
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await rig.Client.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("There is no server 'fils'. Did you mean 'files'?", await DetailOf(response));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/v1/servers", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/v1/servers/files/logs?tail=-1", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/v1/servers/files/logs?tail=many", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/v1/servers/off/start", HttpStatusCode.Conflict)]
    [InlineData("GET", "/api/v1/tools?server=off", HttpStatusCode.ServiceUnavailable)]
    public async Task Every_error_is_a_problem_document(string method, string path, HttpStatusCode expected)
    {
        await using var rig = await HostRig.StartAsync(Fleet.Server("files"), Fleet.Server("off") with { Disabled = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await rig.Client.SendAsync(request, Cancelled);

        Assert.Equal(expected, response.StatusCode);
        Assert.NotEmpty(await DetailOf(response));
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_and_start_return_the_status_that_was_reached()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();

        Assert.Equal(ServerState.Stopped, (await PostAsync(rig, "/api/v1/servers/memory/stop")).State);
        Assert.Equal(ServerState.Running, (await PostAsync(rig, "/api/v1/servers/memory/start")).State);
        Assert.Equal(ServerState.Running, (await PostAsync(rig, "/api/v1/servers/memory/restart")).State);
        Assert.Equal(4, rig.Launcher.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Events_begin_with_every_server_and_go_on_with_each_change()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        await rig.SettleAsync();
        await using var stream = await rig.Client.GetStreamAsync("/api/v1/events", Cancelled);
        using var events = new StreamReader(stream);

        Assert.Equal([("files", ServerState.Running), ("memory", ServerState.Running)], [await NextAsync(events), await NextAsync(events)]);

        await rig.Host.Manager.StopServerAsync("memory", Cancelled);
        (string, ServerState) seen;
        do
        {
            seen = await NextAsync(events);
            Assert.Equal("memory", seen.Item1);
        }
        while (seen.Item2 != ServerState.Stopped);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_host_is_ready_when_every_enabled_server_has_settled()
    {
        FakeLaunch? hanging = null;
        await using var rig = await HostRig.StartAsync(
            launch => _ = launch.Config.Id == "hangs" ? (object)(hanging = launch) : launch.Succeed(),
            Fleet.Server("files"), Fleet.Server("hangs"), Fleet.Server("off") with { Disabled = true });
        using var anybody = rig.CreateClient();
        await rig.Host.Manager.WaitForStatusAsync("files", status => status.State == ServerState.Running, Cancelled);
        using var unready = await anybody.GetAsync("/health/ready", Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);

        while (Volatile.Read(ref hanging) is null)
            await rig.Launcher.NextAsync(Cancelled);
        hanging!.Fail("it is broken", isPermanent: true);
        await rig.Host.Manager.WaitForStatusAsync("hangs", status => status.State == ServerState.FailedToStart, Cancelled);
        using var ready = await anybody.GetAsync("/health/ready", Cancelled);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var readiness = await ready.Content.ReadFromJsonAsync(ApiJson.Default.Readiness, Cancelled);
        Assert.Equal([("files", ServerState.Running), ("hangs", ServerState.FailedToStart), ("off", ServerState.Disabled)], readiness!.Servers.Select(server => (server.Id, server.State)));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_description_lists_every_route_and_every_route_has_a_summary()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);

        using var document = JsonDocument.Parse(await rig.Client.GetStringAsync("/api/v1/openapi.json", Cancelled));

        var operations = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => (Path: path.Name, operation.Value))).ToList();
        Assert.Equal(39, operations.Count);
        Assert.All(operations, operation => Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!));
        Assert.All(operations, operation => Assert.NotEmpty(operation.Value.GetProperty("operationId").GetString()!));
        Assert.True(document.RootElement.GetProperty("components").GetProperty("schemas").TryGetProperty(nameof(ServerStatus), out _));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_second_host_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        var options = new StewardHostOptions { Config = new() { Servers = [] }, Data = rig.Data };

        var refused = await Assert.ThrowsAsync<DaemonRunningException>(() => StewardHost.StartAsync(options, Cancelled));

        Assert.Equal(Environment.ProcessId, refused.Running?.Pid);
        Assert.NotEmpty(await rig.Client.GetStringAsync("/api/v1/servers", Cancelled));
        Assert.NotNull(DaemonFacts.Read(rig.Data));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tool_is_listed_with_both_names_and_called_with_the_servers_own()
    {
        await using var rig = await HostRig.StartRealAsync("fixture");

        var tools = JsonSerializer.Deserialize(await rig.Client.GetStringAsync("/api/v1/tools?server=files", Cancelled), ApiJson.Default.IReadOnlyListToolEntry)!;
        var tool = Assert.Single(tools, tool => tool.Name == "test_simple_text");
        Assert.Equal("files__test_simple_text", tool.ExposedName);
        Assert.Equal("object", tool.Tool.GetProperty("inputSchema").GetProperty("type").GetString());

        using var answer = await CallAsync(rig, "test_simple_text", "{}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var result = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("text", result.RootElement.GetProperty("content")[0].GetProperty("type").GetString());

        using var unknown = await CallAsync(rig, "test_simple_txt", "{}");
        Assert.Equal("Server 'files' has no tool 'test_simple_txt'. Did you mean 'test_simple_text'?", await DetailOf(unknown));
        foreach (var body in (string[])["", "{", "[1]", "{} {}"])
        {
            using var refused = await CallAsync(rig, "test_simple_text", body);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    private static Task<HttpResponseMessage> CallAsync(HostRig rig, string tool, string body) =>
        rig.Client.PostAsync($"/api/v1/servers/files/tools/{tool}/call", new StringContent(body, Encoding.UTF8, "application/json"), Cancelled);

    private static async Task<ServerStatus> PostAsync(HostRig rig, string path)
    {
        using var response = await rig.Client.PostAsync(path, null, Cancelled);
        return (await response.Content.ReadFromJsonAsync(ApiJson.Default.ServerStatus, Cancelled))!;
    }

    private static async Task<string> DetailOf(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal((int)response.StatusCode, problem.RootElement.GetProperty("status").GetInt32());
        return problem.RootElement.GetProperty("detail").GetString()!;
    }

    private static async Task<(string, ServerState)> NextAsync(StreamReader events)
    {
        string? type = null;
        while (await events.ReadLineAsync(Cancelled) is { } line)
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
                type = line["event: ".Length..];
            if (type != "status" || !line.StartsWith("data:", StringComparison.Ordinal))
                continue;
            var status = JsonSerializer.Deserialize(line["data:".Length..], ApiJson.Default.ServerStatus)!;
            return (status.Id, status.State);
        }

        throw new EndOfStreamException();
    }
}
