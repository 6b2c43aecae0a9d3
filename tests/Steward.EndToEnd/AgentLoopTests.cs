using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The sample of an agent, with the four reference servers from npm.</summary>
public sealed class AgentLoopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-e2e-agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 300_000)]
    public async Task A_model_calls_tools_of_four_servers()
    {
        var config = Path.Combine(_folder, "steward.json");
        var servers = new JsonObject
        {
            ["everything"] = Upstreams.Npm("everything"),
            ["filesystem"] = Upstreams.Npm("filesystem", _folder),
            ["memory"] = Upstreams.Npm("memory").With("env", new JsonObject { ["MEMORY_FILE_PATH"] = Path.Combine(_folder, "memory.jsonl") }),
            ["sequential-thinking"] = Upstreams.Npm("sequential-thinking"),
        };
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = servers }.ToJsonString(), TestContext.Current.CancellationToken);

        var environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = Repository.DotnetRoot };
        var result = await LineProcess.RunAsync(Repository.AgentLoopProgram, [config], environment, TestContext.Current.CancellationToken);

        Assert.Equal("", result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("tools of 4 servers", result.Output, StringComparison.Ordinal);
        Assert.Contains("  everything__echo {\"message\":\"hello\"}", result.Output, StringComparison.Ordinal);
        Assert.Contains("everything__echo: Echo: hello", result.Output, StringComparison.Ordinal);
        Assert.Contains("filesystem__list_allowed_directories: {\"content\":\"Allowed directories:", result.Output, StringComparison.Ordinal);
        Assert.Contains("filesystem__write_file: Error: The call was denied: this agent only reads", result.Output, StringComparison.Ordinal);
        Assert.Contains("memory__read_graph: {\"entities\":[]", result.Output, StringComparison.Ordinal);
        Assert.Contains("sequential-thinking__sequentialthinking: {\"thoughtNumber\":1,", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "x")));
    }
}
