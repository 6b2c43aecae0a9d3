using System.Text;
using Steward.Gateway;
using Steward.Server.Channels;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Server.SseProxy;

/// <summary>Tells clients how the servers are, in the words of mcp_runner: every server as it is now, then every change.</summary>
internal sealed class ServerStatusEvents(McpServerManager manager, McpGateway gateway)
{
    private const string Name = "server-status";

    /// <summary>Writes events until it is cancelled or the client is gone.</summary>
    public async Task WriteAsync(SseWriter writer, CancellationToken cancellationToken)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var status in manager.WatchAsync(cancellationToken))
        {
            if (status.IsRemoved)
            {
                if (said.Remove(status.Id, out var last) && last != "Stopped")
                    await writer.WriteAsync(Name, Describe(status.Id, "Stopped")); // mcp_runner has no word for it
                continue;
            }

            var word = WordFor(status.State);
            if (gateway.Servers.Find(status.Id) is not { } server || !gateway.Proxied.Serves(server) || (said.TryGetValue(status.Id, out var before) && before == word))
                continue;
            said[status.Id] = word;
            await writer.WriteAsync(Name, Describe(status.Id, word));
        }
    }

    private static string Describe(string id, string status) => Encoding.UTF8.GetString(JsonRpcWriter.Object(json =>
    {
        json.WriteString("type"u8, Name);
        json.WriteString("server_name"u8, id);
        json.WriteString("server_id"u8, id);
        json.WriteString("status"u8, status);
    }));

    private static string WordFor(ServerState state) => state switch
    {
        ServerState.Running => "Running",
        ServerState.Starting or ServerState.Restarting => "Starting",
        ServerState.Stopping => "Stopping",
        ServerState.Stopped or ServerState.Disabled => "Stopped",
        _ => "Failed",
    };
}
