using System.Text.Json.Nodes;

namespace Steward.EndToEnd.Running;

/// <summary>Entries of <c>mcpServers</c> for the servers that tests use.</summary>
internal static class Upstreams
{
    /// <summary>Our own server on the SDK, or one of its misbehaving modes.</summary>
    public static JsonObject TestServer(params string[] arguments) => Entry(Repository.TestServerProgram, arguments);

    /// <summary>A reference server from npm.</summary>
    public static JsonObject Npm(string name, params string[] arguments) => Entry(Repository.Node, [Repository.PeerServer(name), .. arguments]);

    /// <summary>A server of our own on one of the TypeScript SDKs.</summary>
    public static JsonObject OwnNpm(string script, params string[] arguments) => Entry(Repository.Node, [Repository.OwnPeerServer(script), .. arguments]);

    public static JsonObject With(this JsonObject entry, string key, JsonNode value)
    {
        entry[key] = value;
        return entry;
    }

    private static JsonObject Entry(string command, string[] arguments) => new()
    {
        ["command"] = command,
        ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
    };
}
