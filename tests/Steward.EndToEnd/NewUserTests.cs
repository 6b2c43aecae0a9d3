using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>A new user's way, with a home folder of its own in which three clients are configured.</summary>
public sealed class NewUserTests : IAsyncDisposable
{
    private static readonly TimeSpan SweepLimit = TimeSpan.FromSeconds(10);

    private readonly string _home = Directory.CreateTempSubdirectory("steward-e2e-home-").FullName;
    private readonly ProcessCensus _census = new("STEWARD_END_TO_END_HOME", Guid.NewGuid().ToString("N"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string CursorFile => Path.Combine(_home, ".cursor", "mcp.json");

    public async ValueTask DisposeAsync()
    {
        var left = await Poll.ForAsync(SweepLimit, _census.Living, living => living.Count == 0);
        foreach (var process in left)
            Signals.Send(process.Id, Signals.Kill);
        Directory.Delete(_home, recursive: true);
        if (left.Count > 0)
            throw new InvalidOperationException($"left behind: {string.Join("; ", left)}");
    }

    [Fact(Timeout = 120_000)]
    public async Task Discover_import_up_connect_and_undo()
    {
        WriteClients();
        var before = await File.ReadAllTextAsync(CursorFile, Cancellation);

        Assert.EndsWith("Added talk, echo, asks to Steward's registry. 'steward up' runs them.", (await RunAsync("import", "--yes")).Output, StringComparison.Ordinal);
        await using var daemon = Start("up", "--plain", "--listen", "http://127.0.0.1:0");
        await Poll.UntilAsync(() => RunAsync("status", "--json"), status => States(status) is "asks Disabled, echo Running, talk Running", Cancellation);

        Assert.Contains("Taken out, because Steward serves them: talk, echo.", (await RunAsync("connect", "cursor")).Output, StringComparison.Ordinal);
        Assert.Equal("hello", await CallAsConfiguredAsync());

        await RunAsync("connect", "cursor", "--undo");
        Assert.Equal(before, await File.ReadAllTextAsync(CursorFile, Cancellation));
        Assert.Equal([CursorFile], Directory.GetFiles(Path.GetDirectoryName(CursorFile)!));
        await RunAsync("down");
        Assert.Equal(0, await daemon.ExitAsync(Cancellation));
    }

    /// <summary>Does what Cursor does: launches the one server of its file, and calls a tool.</summary>
    private async Task<string> CallAsConfiguredAsync()
    {
        var servers = JsonNode.Parse(await File.ReadAllTextAsync(CursorFile, Cancellation), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!["mcpServers"]!.AsObject();
        var steward = Assert.Single(servers).Value!;
        await using var command = LineProcess.Start(steward["command"]!.GetValue<string>(), steward["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), Environment);
        await command.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"cursor","version":"1"}}}""");
        await command.WriteLineAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo__echo","arguments":{"text":"hello"}}}""");
        command.CloseInput();
        await command.ExitAsync(Cancellation);
        var answer = command.Output.Items.Select(line => JsonNode.Parse(line)!).Single(message => message["id"]?.GetValue<int>() == 2);
        return answer["result"]!["content"]![0]!["text"]!.GetValue<string>();
    }

    private static string States(ProgramResult status) => status.ExitCode != 0 ? "" : string.Join(
        ", ", JsonNode.Parse(status.Output)!.AsArray().Select(server => $"{server!["id"]} {server["state"]}").Order(StringComparer.Ordinal));

    private Task<ProgramResult> RunAsync(params string[] arguments) => LineProcess.RunAsync(Repository.StewardProgram, arguments, Environment, Cancellation);

    private LineProcess Start(params string[] arguments) => LineProcess.Start(Repository.StewardProgram, arguments, Environment);

    private Dictionary<string, string> Environment => new()
    {
        ["HOME"] = _home,
        ["XDG_CONFIG_HOME"] = "",
        ["XDG_DATA_HOME"] = "",
        ["STEWARD_DATA"] = "",
        ["STEWARD_HOME"] = "",
        ["DOTNET_ROOT"] = Repository.DotnetRoot,
        [_census.Variable] = _census.Value,
    };

    private void WriteClients()
    {
        var program = JsonValue.Create(Repository.TestServerProgram).ToJsonString();
        Write(".config/Claude/claude_desktop_config.json", $$"""{ "mcpServers": { "talk": { "command": {{program}} } } }""");
        Write(".cursor/mcp.json", $$"""
            {
              // mine
              "mcpServers": {
                "talk": { "command": {{program}}, },
                "echo": { "command": {{program}}, "args": ["--mode", "echo"], },
              },
            }
            """);
        Write(".config/Code/User/mcp.json", $$"""
            {
              "inputs": [{ "type": "promptString", "id": "key", "description": "Key" }],
              "servers": { "asks": { "command": {{program}}, "env": { "KEY": "${input:key}" } } }
            }
            """);
    }

    private void Write(string relative, string text)
    {
        var path = Path.Combine(_home, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
