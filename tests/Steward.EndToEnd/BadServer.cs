using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd;

/// <summary>Steward with a server that misbehaves, and a good one beside it that must not notice.</summary>
internal sealed class BadServer : IAsyncDisposable
{
    /// <summary>How long a server has between the end of its input and SIGKILL.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(800);

    private BadServer(StewardProcess steward, McpHttpClient good) => (Steward, Good) = (steward, good);

    public StewardProcess Steward { get; }

    /// <summary>A client of the good server.</summary>
    public McpHttpClient Good { get; }

    /// <summary>Starts both; returns as soon as the good one runs.</summary>
    public static async Task<BadServer> StartAsync(CancellationToken cancellationToken, params string[] mode)
    {
        var steward = await StewardProcess.StartAsync(new() { ["good"] = Entry("--mode", "echo"), ["bad"] = Entry(["--mode", .. mode]) }, cancellationToken);
        try
        {
            await steward.ReachesAsync("good", "Running", cancellationToken);
            return new(steward, await McpHttpClient.ConnectAsync(steward.EndpointOf("good"), "good", cancellationToken));
        }
        catch
        {
            await steward.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the bad server, once it runs.</summary>
    public async Task<McpHttpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        await Steward.ReachesAsync("bad", "Running", cancellationToken);
        return await McpHttpClient.ConnectAsync(Steward.EndpointOf("bad"), "bad", cancellationToken);
    }

    /// <summary>The good server answers, in the same session as before, and was never restarted.</summary>
    public async Task<bool> GoodIsUnharmedAsync(CancellationToken cancellationToken)
    {
        var reply = await Good.CallAsync("echo", new() { ["text"] = "still here" }, cancellationToken);
        var status = await Steward.StatusAsync("good", cancellationToken);
        return reply.Text == "still here" && status.GetProperty("restarts").GetInt32() == 0 && status.GetProperty("state").ValueEquals("Running");
    }

    public async ValueTask DisposeAsync()
    {
        Good.Dispose();
        await Steward.DisposeAsync();
    }

    // Short times: what is tested is that each step comes, not how long a user would wait for it.
    private static JsonObject Entry(params string[] arguments) => Upstreams.TestServer(arguments)
        .With("startupTimeoutMs", arguments.Contains("hang-in-initialize") ? 1_000 : 20_000)
        .With("requestTimeoutMs", 3_000)
        .With("restartPolicy", new JsonObject { ["initialDelayMs"] = 50, ["maxDelayMs"] = 200, ["maxRestartAttempts"] = 2 })
        .With("shutdown", new JsonObject { ["drainMs"] = 200, ["graceMs"] = Grace.TotalMilliseconds });
}
