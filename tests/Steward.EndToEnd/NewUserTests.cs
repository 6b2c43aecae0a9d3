using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>
/// A new user's way, with a home folder of its own in which three clients are configured: docs/getting-started.md, command for
/// command. What the page shows is what the program prints; with STEWARD_UPDATE_DOCS=1 the page is written anew.
/// </summary>
public sealed class NewUserTests : IAsyncDisposable
{
    private static readonly string Page = Path.Combine(Repository.Root, "docs", "getting-started.md");

    private readonly UserHome _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string CursorFile => Path.Combine(_home.Folder, ".cursor", "mcp.json");

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact(Timeout = 600_000)]
    public async Task The_page_for_new_users_shows_what_the_program_prints()
    {
        WriteHome();
        var before = await File.ReadAllTextAsync(CursorFile, Cancellation);
        var page = await File.ReadAllTextAsync(Page, Cancellation);
        Assert.Equal(
            ["steward discover", "steward import", "steward up --plain &", "steward status", "steward call notes list_allowed_directories", "steward connect cursor", "cat ~/.cursor/mcp.json", "steward connect cursor --undo", "steward down"],
            Transcript.Of(page).Select(step => step.Command));

        foreach (var (command, lines) in Transcript.Of(page))
        {
            if (command.EndsWith('&'))
                await ShowsInTheBackgroundAsync(command, lines);
            else
                page = await ShowsAsync(page, command, lines);
            if (command == "steward connect cursor")
                Assert.Equal("/home/ann/notes", await CallAsConfiguredAsync());
        }

        Assert.Equal(before, await File.ReadAllTextAsync(CursorFile, Cancellation));
        Assert.Equal([CursorFile], Directory.GetFiles(Path.GetDirectoryName(CursorFile)!));
        Assert.Equal(0, await _home.Daemon!.ExitAsync(Cancellation));
        if (UserHome.IsUpdate)
            await File.WriteAllTextAsync(Page, page, Cancellation);
    }

    /// <summary>Runs a command of the page; gives the page, with what it really prints where that is wanted.</summary>
    private async Task<string> ShowsAsync(string page, string command, IReadOnlyList<string> expected)
    {
        var words = command.Split(' ');
        var output = words[0] == "cat" ? await File.ReadAllTextAsync(words[1].Replace("~", _home.Folder, StringComparison.Ordinal), Cancellation) : await RunAsync(words[1..]);
        var shown = Transcript.Show(output, _home.Folder);
        if (UserHome.IsUpdate)
            return page.Replace(UserHome.Block(command, expected), UserHome.Block(command, shown), StringComparison.Ordinal);
        Assert.Equal(expected.Select(Transcript.Normal), shown.Select(Transcript.Normal));
        return page;
    }

    /// <summary>Starts the daemon, on a free port, and waits until it has printed every line of the page.</summary>
    private async Task ShowsInTheBackgroundAsync(string command, IReadOnlyList<string> expected)
    {
        string[] words = [.. command.Split(' ')[1..^1], "--listen", "http://127.0.0.1:0"];
        _home.Daemon = LineProcess.Start(Repository.StewardProgram, words, _home.Environment);
        foreach (var line in expected.Where(line => line != Transcript.Gap).Select(Transcript.Normal))
        {
            var feed = line.StartsWith("steward: ", StringComparison.Ordinal) ? _home.Daemon.Errors : _home.Daemon.Output;
            await feed.FirstAsync(printed => Transcript.Show(printed, _home.Folder).Select(Transcript.Normal).Contains(line), Cancellation);
        }
    }

    /// <summary>Does what Cursor does: launches the one server of its file, and calls a tool.</summary>
    private async Task<string> CallAsConfiguredAsync()
    {
        var servers = JsonNode.Parse(await File.ReadAllTextAsync(CursorFile, Cancellation), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!["mcpServers"]!.AsObject();
        var steward = Assert.Single(servers).Value!;
        await using var command = LineProcess.Start(steward["command"]!.GetValue<string>(), steward["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), _home.Environment);
        await command.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"cursor","version":"1"}}}""");
        await command.WriteLineAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"notes__list_allowed_directories","arguments":{}}}""");
        command.CloseInput();
        await command.ExitAsync(Cancellation);
        await command.EndOfOutputAsync(Cancellation);
        var answer = command.Output.Items.Select(line => JsonNode.Parse(line)!).Single(message => message["id"]?.GetValue<int>() == 2);
        return answer["result"]!["content"]![0]!["text"]!.GetValue<string>().Replace(_home.Folder, Transcript.Home, StringComparison.Ordinal).Split('\n')[^1];
    }

    /// <summary>Runs a verb of a user who says yes to whatever he is asked.</summary>
    private async Task<string> RunAsync(params string[] arguments)
    {
        await using var process = LineProcess.Start(Repository.StewardProgram, arguments, _home.Environment);
        await process.WriteLineAsync("y");
        process.CloseInput();
        Assert.Equal(0, await process.ExitAsync(Cancellation));
        await process.EndOfOutputAsync(Cancellation);
        return string.Join('\n', [.. process.Errors.Items, .. process.Output.Items]);
    }

    private void WriteHome()
    {
        _home.Write(".config/Claude/claude_desktop_config.json", $$"""
            {
              "mcpServers": {
                "notes": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "{{_home.Folder}}/notes"] },
                "memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"] }
              }
            }
            """);
        _home.Write(".cursor/mcp.json", """
            {
              // shared with my laptop
              "mcpServers": {
                "memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"] },
                "thinking": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-sequential-thinking"], "env": { "THOUGHTS_KEY": "a secret" } }
              }
            }
            """);
        _home.Write(".config/Code/User/mcp.json", """
            {
              "inputs": [{ "type": "promptString", "id": "tracker-token", "description": "Token of the tracker", "password": true }],
              "servers": { "tracker": { "type": "http", "url": "https://tracker.example.com/mcp", "headers": { "Authorization": "Bearer ${input:tracker-token}" } } }
            }
            """);
    }
}
