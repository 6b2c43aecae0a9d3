using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Matrix;

/// <summary>All servers of the matrix: each peer, in each era it knows, over each transport it has.</summary>
internal sealed class MatrixServers : IAsyncDisposable
{
    private readonly List<WebServer> _running = [];

    /// <summary>Entries of <c>mcpServers</c>, by <c>PEER-ERA-TRANSPORT</c>.</summary>
    public JsonObject Entries { get; } = [];

    public static async Task<MatrixServers> StartAsync(CancellationToken cancellationToken)
    {
        var servers = new MatrixServers();
        try
        {
            await servers.AddAsync(cancellationToken);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _running)
            await server.DisposeAsync();
    }

    private async Task AddAsync(CancellationToken cancellationToken)
    {
        Entries["cs-legacy-stdio"] = Upstreams.TestServer("--era", "legacy");
        Entries["cs-modern-stdio"] = Upstreams.TestServer("--era", "modern");
        Entries["ts1-legacy-stdio"] = Upstreams.OwnNpm("server1.mjs");
        Entries["ts2-legacy-stdio"] = Upstreams.OwnNpm("server2.mjs", "stdio", "legacy");
        Entries["ts2-modern-stdio"] = Upstreams.OwnNpm("server2.mjs", "stdio", "modern");

        var started = await Task.WhenAll(
            WebServer.FixtureAsync("legacy", cancellationToken),
            WebServer.FixtureAsync("modern", cancellationToken),
            WebServer.TypeScriptAsync("server1.mjs", cancellationToken),
            WebServer.TypeScriptAsync("server2.mjs", cancellationToken, "legacy"),
            WebServer.TypeScriptAsync("server2.mjs", cancellationToken, "modern"));
        _running.AddRange(started);
        string[] names = ["cs-legacy", "cs-modern", "ts1-legacy", "ts2-legacy", "ts2-modern"];
        foreach (var (name, server) in names.Zip(started))
            Entries[$"{name}-http"] = Remote("http", new(server.Url, "/mcp"));

        Entries["cs-legacy-sse"] = Remote("sse", new(started[0].Url, "/sse"));
        Entries["ts1-legacy-sse"] = Remote("sse", new(started[2].Url, "/sse"));
        Entries["cs-legacy-ws"] = Remote("ws", new($"ws://{started[0].Url.Authority}/ws"));
        Entries["cs-modern-ws"] = Remote("ws", new($"ws://{started[1].Url.Authority}/ws"));
    }

    private static JsonObject Remote(string type, Uri url) => new() { ["type"] = type, ["url"] = url.ToString() };
}
