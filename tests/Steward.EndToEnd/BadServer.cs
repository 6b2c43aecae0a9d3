using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd;

/// <summary>Steward with a server that misbehaves, and a good one beside it that must not notice.</summary>
internal sealed class BadServer : IAsyncDisposable
{
    /// <summary>How long a server has between the end of its input and SIGKILL.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(800);

    // More than any answer takes on a slow machine: who is told something within less has not waited for it.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    private BadServer(StewardProcess steward, McpHttpClient good) => (Steward, Good) = (steward, good);

    public StewardProcess Steward { get; }

    /// <summary>A client of the good server.</summary>
    public McpHttpClient Good { get; }

    /// <summary>Starts both; returns as soon as the good one runs.</summary>
    public static Task<BadServer> StartAsync(CancellationToken cancellationToken, params string[] mode) => StartAsync(RequestTimeout, cancellationToken, mode);

    /// <summary>Starts both, where calls of the bad one are to time out.</summary>
    public static async Task<BadServer> StartAsync(TimeSpan requestTimeout, CancellationToken cancellationToken, params string[] mode)
    {
        var bad = Entry(requestTimeout, ["--mode", .. mode]);
        var steward = await StewardProcess.StartAsync(new() { ["good"] = Entry(RequestTimeout, "--mode", "echo"), ["bad"] = bad }, cancellationToken);
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

    // Short times where they are waited for: what is tested is that each step comes, not how long a user would wait for it.
    private static JsonObject Entry(TimeSpan requestTimeout, params string[] arguments)
    {
        var hangs = arguments.Contains("hang-in-initialize"); // longer than the good one needs to start, and so only twice
        return Upstreams.TestServer(arguments)
            .With("startupTimeoutMs", hangs ? 12_000 : 120_000)
            .With("requestTimeoutMs", requestTimeout.TotalMilliseconds)
            .With("queueMs", 60_000)
            .With("restartPolicy", new JsonObject { ["initialDelayMs"] = 50, ["maxDelayMs"] = 200, ["maxRestartAttempts"] = hangs ? 1 : 2 })
            .With("shutdown", new JsonObject { ["drainMs"] = 200, ["graceMs"] = Grace.TotalMilliseconds });
    }
}
