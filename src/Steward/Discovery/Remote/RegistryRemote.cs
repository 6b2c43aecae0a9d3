using System.Text.Json;
using Steward.Configuration;

namespace Steward.Discovery.Remote;

/// <summary>How a remote server of a registry entry is reached.</summary>
internal static class RegistryRemote
{
    /// <summary>The declaration; null where Steward knows no such transport.</summary>
    public static ServerConfig? Read(JsonElement remote, string id, DiscoveryContext context, List<string> problems)
    {
        if (remote.Text("url") is not { } url || TransportOf(remote.Text("type", "transport_type", "transport")) is not { } transport)
            return null;
        var inputs = new RegistryInputs(id, context);
        var config = new ServerConfig
        {
            Id = id,
            Transport = transport,
            Url = inputs.ReadTemplate(url, remote.Member("variables")),
            Headers = inputs.ReadHeaders(remote.Items("headers")),
            BaseDirectory = context.Home,
        };
        problems.AddRange(inputs.Problems);
        return config;
    }

    private static ServerTransport? TransportOf(string? type) => type switch
    {
        "streamable-http" or "streamable" or "http" => ServerTransport.Http,
        "sse" => ServerTransport.Sse,
        "websocket" or "ws" => ServerTransport.WebSocket,
        _ => null,
    };
}
