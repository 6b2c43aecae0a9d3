using System.Globalization;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Remote servers that say when they want to be asked again.</summary>
public sealed class RetryAfterTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(429, "600", 600, ServerTransport.Http)]
    [InlineData(503, "600", 600, ServerTransport.Sse)]
    [InlineData(503, "date", 600, ServerTransport.Auto)]
    [InlineData(429, "5", 60, ServerTransport.Http)] // our own pause is longer
    [InlineData(429, "soon", 60, ServerTransport.Http)]
    [InlineData(429, "99999999", 3600, ServerTransport.Http)]
    [InlineData(500, "600", 60, ServerTransport.Http)]
    public async Task The_next_attempt_waits_as_long_as_the_server_wants_within_a_bound(int status, string wish, int seconds, ServerTransport transport)
    {
        var began = TimeProvider.System.GetUtcNow();
        await using var peer = await RemotePeer.StartAsync(request =>
        {
            request.Context.Response.Headers.RetryAfter = wish == "date" ? began.AddSeconds(600).ToString("R", CultureInfo.InvariantCulture) : wish;
            return request.RespondAsync(status);
        });
        await using var manager = new McpServerManager([new ServerConfig
        {
            Id = "far",
            Transport = transport,
            Url = peer.Url.ToString(),
            RestartPolicy = new RestartPolicy { InitialDelay = Usual, MaxDelay = Usual, Jitter = 0 },
        }]);

        _ = manager.StartServerAsync("far", CancellationToken.None);
        var waiting = await manager.WaitForStatusAsync("far", status => status.State == ServerState.Restarting, Cancelled);

        Assert.InRange((waiting.NextRetryAt!.Value - began).TotalSeconds, seconds - 2, seconds + 20);
    }
}
