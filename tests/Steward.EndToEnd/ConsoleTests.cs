using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The daemon on a terminal, made by <c>script</c> of util-linux.</summary>
public sealed class ConsoleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task On_a_terminal_a_key_shows_the_tools_and_another_stops_everything()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        var server = new JsonObject { ["command"] = Repository.TestServerProgram, ["args"] = new JsonArray("--mode", "echo") };
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = new JsonObject { ["demo"] = server } }.ToJsonString(), Cancellation);
        var environment = new Dictionary<string, string>(home.Environment) { ["TERM"] = "xterm" };
        await using var terminal = LineProcess.Start("script", ["-qec", $"'{Repository.StewardProgram}' up --data '{home.Data}' --config '{config}' --listen http://127.0.0.1:0", "/dev/null"], environment);
        await terminal.Output.FirstAsync(line => line.Contains("t tools, h help", StringComparison.Ordinal), Cancellation);
        await home.ReachesAsync("demo", "Running");

        await terminal.WriteLineAsync("t");
        await terminal.Output.FirstAsync(line => line.Contains("demo__echo", StringComparison.Ordinal), Cancellation);
        await terminal.WriteLineAsync("q");

        Assert.Equal(0, await terminal.ExitAsync(Cancellation));
    }
}
