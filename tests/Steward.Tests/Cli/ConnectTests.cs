using Steward.Cli;
using Steward.Tests.Discovery.Clients;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class ConnectTests : IDisposable
{
    private const string Servers = """
        {
          // for all projects
          "mcpServers": {
            "files": { "command": "files" },
            "search": { "command": "search" }
          }
        }
        """;

    private readonly TemporaryData _temporary = new();
    private readonly TemporaryFolder _home = new();

    public void Dispose()
    {
        _temporary.Dispose();
        _home.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task Connect_and_undo_leave_the_home_folder_as_it_was()
    {
        var file = _home.Write(".cursor/mcp.json", Servers);

        var (exitCode, output, error) = await Cli().RunAsync("connect", "cursor");
        var connected = File.ReadAllText(file);
        var (undone, said, _) = await Cli().RunAsync("connect", "cursor", "--undo");
        var (again, nothing, _) = await Cli().RunAsync("connect", "cursor", "--undo");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Matches($"""
            ^Steward is in Cursor's list of servers: {file}
              The file as it was before: {file}\.steward-\d+-\d+\.bak
              Still in the list, because Steward does not serve them: files, search\. 'steward import --client cursor' adds them to Steward\.
            Restart Cursor, or have it read its servers again\. 'steward connect cursor --undo' makes the file what it was\.
            $
            """.ReplaceLineEndings("\n"), output);
        Assert.Contains($$"""
                "search": { "command": "search" },
                "steward": {
                  "type": "stdio",
                  "command": "/opt/steward/steward",
                  "args": ["--data", "{{_temporary.Data.Path}}", "stdio"]
                }
            """, connected, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Success, $"{file} is what it was before Steward was put in, byte for byte.\n"), (undone, said));
        Assert.Equal((ExitCodes.Success, $"There is nothing to undo in {file}.\n"), (again, nothing));
        Assert.Equal(Servers, File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact(Timeout = 30_000)]
    public async Task Done_twice_it_changes_nothing()
    {
        var file = _home.Write(".cursor/mcp.json", Servers);
        await Cli().RunAsync("connect", "cursor");
        var connected = File.ReadAllText(file);

        var (_, output, _) = await Cli().RunAsync("connect", "cursor");

        Assert.StartsWith($"Cursor has Steward in its list already, as \"steward\": {file}. Nothing is changed.\n", output, StringComparison.Ordinal);
        Assert.Equal(connected, File.ReadAllText(file));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_Steward_serves_is_taken_out_and_comes_back()
    {
        var file = _home.Write(".cursor/mcp.json", Servers);

        var (_, output, _) = await Cli().RunAsync("connect", "cursor", "--yes");
        var connected = File.ReadAllText(file);
        await Cli().RunAsync("connect", "cursor", "--undo");

        Assert.StartsWith("Added files, search to Steward's registry.\n", output, StringComparison.Ordinal);
        Assert.Contains("Taken out, because Steward serves them: files, search. With --keep they stay.\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"files\"", connected, StringComparison.Ordinal);
        Assert.Equal(Servers, File.ReadAllText(file));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_disabled_in_Steward_stays_with_its_client()
    {
        var file = _home.Write(".cursor/mcp.json", "{ \"mcpServers\": { \"asks\": { \"command\": \"asks\", \"env\": { \"KEY\": \"${env:NOT_SET}\" } } } }");

        await Cli().RunAsync("import", "--yes");
        var (_, output, _) = await Cli().RunAsync("connect", "cursor");

        Assert.Contains("Still in the list, because they are disabled in Steward: asks\n", output, StringComparison.Ordinal);
        Assert.Contains("\"asks\"", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task On_a_terminal_it_offers_to_import()
    {
        _home.Write(".cursor/mcp.json", Servers);

        var (_, output, _) = await Cli("yes\n", isTerminal: true).RunAsync("connect", "cursor", "--keep");

        Assert.Contains("They are in Cursor's list, and Steward does not serve them yet. Add them to Steward's registry? [y/N] Added files, search to Steward's registry.\n", output, StringComparison.Ordinal);
        Assert.Contains("Served by Steward as well, and still in the list: files, search\n", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_dry_run_shows_the_entry_and_changes_nothing()
    {
        var file = _home.Write(".codex/config.toml", "model = 'x'\n");

        var (_, output, _) = await Cli().RunAsync("connect", "codex", "--dry-run");

        Assert.Equal($"""
            Steward would be in Codex's list of servers: {file}
              It would hold:
                [mcp_servers.steward]
                command = "/opt/steward/steward"
                args = ["--data", "{_temporary.Data.Path}", "stdio"]

            """, output);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        Assert.False(Directory.Exists(_temporary.Data.Path));
    }

    [Fact(Timeout = 30_000)]
    public async Task Into_a_project_and_as_an_address_of_the_daemon()
    {
        await using var host = await HostRig.StartAsync(Fleet.Server("files"));
        var cli = new CliRig(host, host.Data) { Home = _home.Path, WorkingDirectory = _home.Path };

        var (exitCode, output, error) = await cli.RunAsync("connect", "vscode", "--scope", "project", "--http");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Contains($"\"url\": \"{host.Host.Url}/mcp\"", File.ReadAllText(Path.Combine(_home.Path, ".vscode", "mcp.json")), StringComparison.Ordinal);
        Assert.Contains("'steward connect vscode --scope project --undo'", output, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Success, $"{_home.Path}/.vscode/mcp.json is gone; there was none before Steward was put in.\n", ""), await cli.RunAsync("connect", "vscode", "--scope", "project", "--undo"));
        Assert.False(Directory.Exists(Path.Combine(_home.Path, ".vscode")));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(2, "Steward knows no client 'zedd'. Did you mean 'zed'?", "zedd")]
    [InlineData(2, "Windsurf has no file for a project. Leave out --scope.", "windsurf", "--scope", "project")]
    [InlineData(2, "Claude Desktop takes no addresses in ", "claude-desktop", "--http")]
    [InlineData(2, "Choose --stdio or --http.", "cursor", "--http", "--stdio")]
    [InlineData(3, "No daemon is running with the data directory ", "cursor", "--http")]
    public async Task What_cannot_be_done_is_said(int expected, string message, params string[] arguments)
    {
        var (exitCode, _, error) = await Cli().RunAsync(["connect", .. arguments]);

        Assert.Equal(expected, exitCode);
        Assert.StartsWith($"steward: {message}", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_broken_file_is_named_with_its_place_and_stays()
    {
        var file = _home.Write(".cursor/mcp.json", "{\n  \"mcpServers\": [");

        var (exitCode, _, error) = await Cli().RunAsync("connect", "cursor");

        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.StartsWith($"steward: {file}(2,", error, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    private CliRig Cli(string input = "", bool isTerminal = false) =>
        new(null, _temporary.Data) { Home = _home.Path, WorkingDirectory = _home.Path, Input = input, IsTerminal = isTerminal };
}
