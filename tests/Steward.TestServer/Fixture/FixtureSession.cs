using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>What one connection of the legacy era remembers: its log level and its subscriptions. A modern request finds it empty.</summary>
internal sealed class FixtureSession
{
    private static readonly string[] Levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
    private volatile string _level = "debug";
    private McpServer? _server;

    /// <summary>URIs that the client subscribed to.</summary>
    public ConcurrentDictionary<string, bool> Subscriptions { get; } = new();

    public string Level
    {
        get => _level;
        set => _level = value;
    }

    public static bool Reaches(string level, string threshold) => Array.IndexOf(Levels, level) >= Array.IndexOf(Levels, threshold);

    /// <summary>Says through which server changes reach the client of this session; without it nobody hears of them.</summary>
    public void Attach(McpServer server) => _server = server;

    /// <summary>Tells the client of a change, if it is one that the client wants to hear of.</summary>
    public async Task TellAsync(string method, string? uri, CancellationToken cancellationToken)
    {
        if (_server is not { } server || (uri is not null && !Subscriptions.ContainsKey(uri)))
            return;
        await server.NotifyAsync(method, uri is null ? null : new JsonObject { ["uri"] = uri }, cancellationToken);
    }
}
