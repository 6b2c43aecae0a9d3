using System.Net;
using System.Text;
using System.Text.Json;
using Steward.Server.Api;
using Steward.Supervision;
using Steward.Tests.Configuration;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server;

/// <summary>What programs can tell of a refusal: its status and code, whether it is worth a second try, and what mends it.</summary>
public sealed class ProblemTests
{
    private const string Call = "/api/v1/servers/files/tools/misbehave/call";
    private const string Request = "/api/v1/servers/files/request";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("GET", "/api/v1/nothing", null, 404, "not_found", false, null)]
    [InlineData("PUT", "/api/v1/servers", null, 405, "method_not_allowed", false, null)]
    [InlineData("POST", "/api/v1/servers", "{", 400, "bad_request", false, null)]
    [InlineData("POST", "/api/v1/servers", """{"id":"new","definition":{"comand":"x"}}""", 400, "definition_refused", false, "command")]
    [InlineData("POST", "/api/v1/servers", """{"id":"files","definition":{"command":"x"}}""", 409, "not_possible_now", false, null)]
    [InlineData("GET", "/api/v1/servers/fils", null, 404, "unknown_server", false, "Did you mean 'files'?")]
    [InlineData("POST", "/api/v1/config/apply", null, 409, "not_possible_now", false, null)]
    [InlineData("GET", "/api/v1/servers/off/statistics", null, 503, "server_not_running", false, "'steward enable off' lets it start.")]
    [InlineData("GET", "/api/v1/servers/broken/statistics", null, 503, "server_not_running", false, "'steward logs broken' shows what it said.")]
    [InlineData("GET", "/api/v1/servers/coming/statistics", null, 503, "server_not_running", true, "'steward start coming' waits until it runs.")]
    [InlineData("POST", "/api/v1/servers/coming/request", """{"method":"tools/list"}""", 503, "server_not_running", true, "'steward start coming' waits until it runs.")]
    [InlineData("POST", "/api/v1/servers/off/tools/echo/call", "{}", 503, "server_not_running", false, "'steward enable off' lets it start.")]
    public async Task A_refusal_has_a_status_a_code_and_what_mends_it(string method, string path, string? body, int status, string code, bool isRetryable, string? hint)
    {
        await using var rig = await HostRig.StartAsync(
            launch =>
            {
                if (launch.Config.Id == "broken")
                    launch.Fail("no such program", isPermanent: true);
                else if (launch.Config.Id == "files")
                    launch.Succeed();
            },
            Fleet.Server("files"), Fleet.Server("broken"), Fleet.Server("coming"), Fleet.Server("off") with { Disabled = true });
        await rig.Host.Manager.WaitForStatusAsync("broken", server => server.State == ServerState.FailedToStart, Cancelled);
        await rig.Host.Manager.WaitForStatusAsync("coming", server => server.State == ServerState.Starting, Cancelled);

        await RefusesAsync(rig, method, path, body, (status, code, isRetryable, hint));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_may_not_ask_is_told_so_in_the_same_way()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);
        using var stranger = rig.CreateClient();
        using var nobody = await stranger.GetAsync("/api/v1/servers", Cancelled);
        Assert.Equal((401, "unauthorized", false), await ReadAsync(nobody));
        foreach (var (header, code) in ((string, string)[])[("Host", "host_not_allowed"), ("Origin", "origin_not_allowed")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/servers");
            request.Headers.Add(header, header == "Host" ? "evil.example" : "http://evil.example");
            using var response = await rig.Client.SendAsync(request, Cancelled);
            Assert.Equal((403, code, false), await ReadAsync(response));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_server_refuses_or_never_answers_is_told_apart()
    {
        await using var rig = await HostRig.StartRealAsync("deaf");

        await RefusesAsync(rig, "POST", "/api/v1/servers/files/tools/misbehav/call", "{}", (404, "unknown_tool", false, "Did you mean 'misbehave'?"));
        await RefusesAsync(rig, "POST", Request, """{"method":"nothing/here"}""", (502, "server_error", false, null));
        using var deafened = await rig.Client.PostAsync(Call, Json("{}"), Cancelled);
        Assert.Equal(HttpStatusCode.OK, deafened.StatusCode);
        await RefusesAsync(rig, "POST", Request, """{"method":"ping","timeoutMs":50}""", (504, "server_timeout", false, "Raise requestTimeoutMs of 'files' if it only needs longer."));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_dies_in_a_call_may_have_done_it_so_that_nothing_advises_a_second_try()
    {
        await using var rig = await HostRig.StartRealAsync("die-midcall");

        await RefusesAsync(rig, "POST", Call, "{}", (503, "server_lost", false, "'steward logs files' shows what it said."));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_configuration_that_cannot_be_used_says_the_mend_of_each_problem()
    {
        await using var rig = await HostRig.StartAsync("""{ "mcpServers": { "files": { "command": "fake" } } }""");
        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "files": { "command": 1 }, "no spaces": { "command": "x" } } }""", Cancelled);

        using var response = await rig.Client.PostAsync("/api/v1/config/plan", Json("{}"), Cancelled);

        Assert.Equal((422, "configuration_unusable", false), await ReadAsync(response));
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(2, problem.RootElement.GetProperty("hints").GetArrayLength());
    }

    [Fact(Timeout = 10_000)]
    public void The_manual_has_every_code()
    {
        var manual = File.ReadAllText(Repository.PathOf("docs", "api.md"));
        ProblemKind[] kinds = [.. typeof(ProblemKind).GetFields().Select(field => field.GetValue(null)).OfType<ProblemKind>()];
        Assert.True(kinds.Length > 20);
        Assert.All(kinds, kind => Assert.Contains($"`{kind.Code}`", manual, StringComparison.Ordinal));
    }

    private static async Task RefusesAsync(HostRig rig, string method, string path, string? body, (int Status, string Code, bool IsRetryable, string? Hint) expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Json(body) };
        using var response = await rig.Client.SendAsync(request, Cancelled);
        Assert.Equal((expected.Status, expected.Code, expected.IsRetryable), await ReadAsync(response));
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        if (expected.Hint is null)
            Assert.False(problem.RootElement.TryGetProperty("hints", out _));
        else
            Assert.Contains(expected.Hint, problem.RootElement.GetProperty("hints")[0].GetString(), StringComparison.Ordinal);
    }

    private static async Task<(int Status, string? Code, bool IsRetryable)> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        var root = problem.RootElement;
        Assert.NotEmpty(root.GetProperty("title").GetString()!);
        Assert.NotEmpty(root.GetProperty("detail").GetString()!);
        Assert.Equal((int)response.StatusCode, root.GetProperty("status").GetInt32());
        return ((int)response.StatusCode, root.GetProperty("code").GetString(), root.GetProperty("retryable").GetBoolean());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
