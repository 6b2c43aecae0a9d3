using System.Text.Json.Nodes;
using Xunit;

namespace Steward.EndToEnd.Running;

/// <summary>
/// An MCP server in a few lines of shell, which runs in milliseconds, where one of .NET takes a third of a second. It has two children, of which
/// one has left its session.
/// </summary>
internal static class ShellServer
{
    private const string Script = """
        sleep 1000 </dev/null >/dev/null 2>&1 &
        setsid sleep 1000 </dev/null >/dev/null 2>&1 &
        while read -r line; do
          case $line in *'"id":'*) ;; *) continue ;; esac
          id=${line#*'"id":'}
          id=${id%%[,\}]*}
          case $line in
            *'"method":"initialize"'*) answer='"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"shell","version":"1"}}' ;;
            *'"method":"tools/list"'*) answer='"result":{"tools":[]}' ;;
            *'"method":"ping"'*) answer='"result":{}' ;;
            *) answer='"error":{"code":-32601,"message":"Method not found"}' ;;
          esac
          printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$answer"
        done
        """;

    /// <summary>Writes the script into a folder and defines a server that runs it.</summary>
    /// <param name="home">The folder.</param>
    /// <param name="label">The last word of its command line.</param>
    public static async Task<JsonObject> WriteAsync(StewardHome home, string label)
    {
        await File.WriteAllTextAsync(home.PathOf("server.sh"), Script, TestContext.Current.CancellationToken);
        return Define(home, label);
    }

    /// <summary>Defines a server that runs the script.</summary>
    public static JsonObject Define(StewardHome home, string label) => new() { ["command"] = "sh", ["args"] = new JsonArray(home.PathOf("server.sh"), label) };

    /// <summary>The label of a server that runs.</summary>
    public static async Task<string> LabelOfAsync(int pid) => (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).Split('\0')[^2];
}
