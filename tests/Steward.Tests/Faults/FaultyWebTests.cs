using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>A real remote server that answers in every wrong way there is, over both transports of HTTP.</summary>
public sealed class FaultyWebTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("unauthorized", "HTTP status 401")]
    [InlineData("forbidden", "HTTP status 403")]
    [InlineData("busy", "the server wants fewer calls")]
    [InlineData("error", "HTTP status 500")]
    [InlineData("absent", "what stands before the server does not reach it")]
    [InlineData("reset", "The connection to server 'far' broke during")]
    [InlineData("cut", "The connection to server 'far' broke during")]
    [InlineData("cut-event", "The connection to server 'far' broke during")]
    [InlineData("end", "ended its stream before the answer came")]
    [InlineData("nonsense", "JSON that is no answer to the request")]
    [InlineData("wrong-type", "text/html where JSON or a stream of events belongs")]
    [InlineData("other-id", "JSON that is no answer to the request")]
    [InlineData("silent", "requestTimeoutMs")]
    [InlineData("drip", "requestTimeoutMs")]
    [InlineData("huge", "cannot be understood")]
    [InlineData("redirect", "169.254.169.254")]
    public async Task A_faulty_answer_over_Streamable_HTTP_fails_its_own_call_and_the_server_stays(string fault, string expected)
    {
        await using var web = await FaultyWebServer.StartAsync();
        await using var manager = await StartAsync(new Uri(web.Url, "/mcp"), ServerTransport.Http, PatienceFor(expected));

        Assert.Contains(expected, (await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(manager, "misbehave", fault))).Message, StringComparison.Ordinal);

        await BePatientAsync(manager);
        Assert.Equal("and on", await CallAsync(manager, "echo", "and on"));
        Assert.Equal((ServerState.Running, 0), (manager.GetStatus("far").State, manager.GetStatus("far").Restarts));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_session_that_is_forgotten_in_the_middle_of_a_call_is_opened_again_and_the_call_is_made()
    {
        await using var web = await FaultyWebServer.StartAsync();
        await using var manager = await StartAsync(new Uri(web.Url, "/mcp"), ServerTransport.Http, Patient);

        Assert.Equal("forget", await CallAsync(manager, "misbehave", "forget"));

        Assert.Equal(0, manager.GetStatus("far").Restarts);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("unauthorized", "HTTP status 401", 0)]
    [InlineData("error", "HTTP status 500", 0)]
    [InlineData("nonsense", "requestTimeoutMs", 0)]
    [InlineData("reset", "closed", 1)]
    [InlineData("cut", "closed", 1)]
    [InlineData("end", "closed its stream", 1)]
    public async Task A_fault_of_the_stream_of_HTTP_and_SSE_has_it_opened_again_and_one_of_an_answer_has_not(string fault, string expected, int restarts)
    {
        await using var web = await FaultyWebServer.StartAsync();
        await using var manager = await StartAsync(new Uri(web.Url, "/sse"), ServerTransport.Sse, PatienceFor(expected));

        var told = (await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(manager, "misbehave", fault))).Message;

        Assert.True(told.Contains(expected, StringComparison.Ordinal) || told.Contains("could not be read any more", StringComparison.Ordinal), told);
        await manager.WaitForStatusAsync("far", status => status.State == ServerState.Running && status.Restarts == restarts, Cancelled);
        await BePatientAsync(manager);
        Assert.Equal("and on", await CallAsync(manager, "echo", "and on"));
    }

    /// <summary>How long an answer is waited for: only where none comes is that a short time.</summary>
    private static TimeSpan PatienceFor(string expected) => expected == "requestTimeoutMs" ? TimeSpan.FromSeconds(1) : Patient;

    /// <summary>The next answer is waited for as long as it takes.</summary>
    private static Task<ServerStatus> BePatientAsync(McpServerManager manager) => manager.UpdateServerAsync(manager.FindConfig("far")! with { RequestTimeout = Patient }, Cancelled);

    private static async Task<McpServerManager> StartAsync(Uri url, ServerTransport transport, TimeSpan patience)
    {
        var manager = new McpServerManager([new ServerConfig
        {
            Id = "far",
            Transport = transport,
            Url = url.ToString(),
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer x" },
            RequestTimeout = patience,
            RestartPolicy = new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(20) },
        }]);
        await manager.StartServerAsync("far", Cancelled);
        return manager;
    }

    private static async Task<string> CallAsync(McpServerManager manager, string tool, string text)
    {
        var result = await manager.CallToolAsync("far", tool, new Dictionary<string, object?> { ["text"] = text }, cancellationToken: Cancelled);
        return Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
    }
}
