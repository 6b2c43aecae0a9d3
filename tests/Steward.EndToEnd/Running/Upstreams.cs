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

    /// <summary>What holds for servers that say nothing else: on a slow machine they have the time to start.</summary>
    public static JsonObject Defaults() => new() { ["startupTimeoutMs"] = 120_000 };

    /// <summary>Servers that differ in what becomes of their processes: one ends as it should, one does not, and of three the children stay, leave the session, or become daemons.</summary>
    public static JsonObject EveryKindOfProcess() => new()
    {
        ["plain"] = TestServer("--mode", "echo"),
        ["stubborn"] = TestServer("--mode", "stubborn"),
        ["forks"] = TestServer("--mode", "forks", "--how", "plain"),
        ["setsid"] = TestServer("--mode", "forks", "--how", "setsid"),
        ["daemon"] = TestServer("--mode", "forks", "--how", "daemon"),
    };

    /// <summary>Has each of some servers stopped within a time.</summary>
    public static JsonObject EachWithShutdown(this JsonObject servers, int drainMs, int graceMs)
    {
        foreach (var (_, entry) in servers)
            entry!.AsObject().With("shutdown", new JsonObject { ["drainMs"] = drainMs, ["graceMs"] = graceMs });
        return servers;
    }

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
