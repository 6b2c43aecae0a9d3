using System.Text.Json;
using Steward.Cli;
using Steward.Configuration;
using Steward.Server.Daemon;
using Steward.Tests.Discovery.Clients;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class ImportTests : IDisposable
{
    private readonly TemporaryData _temporary = new();
    private readonly TemporaryFolder _home = new();

    public void Dispose()
    {
        _temporary.Dispose();
        _home.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task Import_shows_what_it_found_without_secrets_asks_and_adds_it_once()
    {
        WriteClients();

        var (exitCode, output, error) = await Cli("y\n").RunAsync("import");
        var (_, again, _) = await Cli("y\n").RunAsync("import");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Equal($"""
            4 servers can be added:
              filesystem  (claude-desktop)
                  npx -y @modelcontextprotocol/server-filesystem /home/ann/Documents
                  also in cursor ({_home.Path}/.cursor/mcp.json)
              github  (claude-desktop)
                  docker run -e TOKEN github-server
                  TOKEN=***
              github-cursor  (cursor)
                  npx github-server --api-key ***
              crm  (cursor)
                  https://crm.example.com/mcp
                  X-Key: {"${env:CRM_KEY}"}
                  ! Added disabled: {"${env:CRM_KEY}"} is not set here. Set it, start Steward, and then 'steward enable crm'.
            Add them to Steward's registry? [y/N] Added filesystem, github, github-cursor, crm to Steward's registry. 'steward up' runs them.

            """, output);
        Assert.Equal("""
            Steward has 'filesystem' of claude-desktop already, as filesystem.
            Steward has 'github' of claude-desktop already, as github.
            Steward has 'github' of cursor already, as github-cursor.
            Steward has 'crm' of cursor already, as crm.

            """, again);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task Who_does_not_say_yes_gets_nothing(string answer)
    {
        WriteClients();

        var (exitCode, output, _) = await Cli(answer).RunAsync("import", "--to", "steward.json");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains($"Add them to {_home.Path}/work/steward.json? [y/N]", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Added", output.Replace("Added disabled", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_home.Path, "work", "steward.json")));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_dry_run_asks_nothing_and_adds_nothing()
    {
        WriteClients();

        var (exitCode, output, _) = await Cli().RunAsync("import", "--client", "cursor", "--dry-run", "--to", "steward.json");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.StartsWith("3 servers can be added:\n  filesystem  (cursor)\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("[y/N]", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_home.Path, "work", "steward.json")));
    }

    [Fact(Timeout = 30_000)]
    public async Task Into_a_file_it_writes_what_Steward_can_load_and_leaves_the_rest_alone()
    {
        WriteClients();
        var file = _home.Write("work/steward.json", "{\n  // my servers\n  \"mcpServers\": {\n    \"mine\": { \"command\": \"mine\", \"future\": true }, // keep\n  },\n  \"other\": 1\n}\n");

        var (exitCode, output, error) = await Cli().RunAsync("import", "--client", "claude-desktop", "--client", "cursor", "github", "crm", "--to", "steward.json", "--yes");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.EndsWith($"Added github, crm to {file}.\n", output, StringComparison.Ordinal);
        Assert.Equal("""
            {
              // my servers
              "mcpServers": {
                "mine": { "command": "mine", "future": true }, // keep
                "github": {
                  "command": "docker",
                  "args": ["run", "-e", "TOKEN", "github-server"],
                  "env": {
                    "TOKEN": "ghp_EXAMPLE"
                  }
                },
                "crm": {
                  "url": "https://crm.example.com/mcp",
                  "headers": {
                    "X-Key": "${env:CRM_KEY}"
                  },
                  "disabled": true
                },
              },
              "other": 1
            }

            """, File.ReadAllText(file));
        Assert.Equal(["mine", "github", "crm"], ConfigFile.Load(file).Servers.Select(server => server.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_its_references_need_is_there_so_it_is_added_enabled()
    {
        WriteClients();
        var cli = new CliRig(null, _temporary.Data) { Home = _home.Path, WorkingDirectory = Work, Variables = new Dictionary<string, string> { ["CRM_KEY"] = "k" } };

        await cli.RunAsync("import", "--client", "cursor", "crm", "--to", "new.json", "--yes");

        Assert.DoesNotContain("disabled", File.ReadAllText(Path.Combine(Work, "new.json")), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Json_is_for_scripts_asks_nothing_and_has_no_secrets()
    {
        WriteClients();

        var (exitCode, output, error) = await Cli().RunAsync("import", "--json");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.DoesNotContain("ghp_EXAMPLE", output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(
            ["filesystem new claude-desktop", "github new claude-desktop", "github-cursor new cursor", "crm new cursor"],
            json.RootElement.GetProperty("servers").EnumerateArray().Select(server => $"{server.GetProperty("id")} {server.GetProperty("state")} {server.GetProperty("source")}"));
        var (_, added, _) = await Cli().RunAsync("import", "--json", "--yes", "--client", "claude-desktop");
        Assert.Contains("\"state\": \"added\"", added, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("work/.mcp.json", "{ \"mcpServers\": { \"a\": { \"command\": \"./a\", \"args\": [\"${A}\"] } } }", "a  (claude-code)\n      ./a ${env:A}\n")]
    [InlineData("other/.cursor/mcp.json", "{ \"mcpServers\": { \"a\": { \"command\": \"${workspaceFolder}/a\" } } }", "a  (cursor)\n      HOME/other/a\n")]
    [InlineData("other/x.json", "{ \"servers\": { \"a\": { \"command\": \"${userHome}/a\" } } }", "a  (import)\n      ${env:HOME}/a\n")]
    [InlineData("other/servers.json", "{ \"mcpServers\": { \"a\": { \"command\": \"a\", \"args\": [\"${env:HOME}\"], \"restartPolicy\": null } } }", "a  (import)\n      a ${env:HOME}\n")]
    [InlineData("other/config.toml", "[mcp_servers.a]\ncommand = 'a'", "a  (codex)\n      a\n")]
    public async Task A_file_is_recognised_by_its_place_its_name_or_its_content(string path, string text, string expected)
    {
        var file = _home.Write(path, text);

        var (exitCode, output, error) = await Cli().RunAsync("import", file, "--dry-run");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.StartsWith($"One server can be added:\n  {expected.Replace("HOME/", _home.Path + "/", StringComparison.Ordinal).Replace($"${{env:{_home.Path}/", "${env:HOME}/", StringComparison.Ordinal)}", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_servers_of_a_file_inherit_is_taken_along()
    {
        var file = _home.Write("other/steward.json", """
            {
              "defaults": { "env": { "REGION": "eu" }, "startupTimeoutMs": 1234, "restartPolicy": null },
              "mcpServers": { "a": { "command": "a", "env": { "LEVEL": "2" } }, "b": { "url": "https://b.example/mcp", "startupTimeoutMs": 99 } }
            }
            """);
        var broken = _home.Write("other/broken.json", "{\n  \"defaults\": { \"startupTimeoutMs\": \"soon\" },\n  \"mcpServers\": { \"c\": { \"command\": \"c\" } }\n}");

        await Cli().RunAsync("import", file, "--to", "new.json", "--yes");
        var (_, output, error) = await Cli().RunAsync("import", broken, "--dry-run");

        var servers = ConfigFile.Load(Path.Combine(Work, "new.json")).Servers;
        Assert.Equal(["LEVEL=2", "REGION=eu"], servers[0].Env.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal((1234, RestartPolicy.Never), (servers[0].StartupTimeout.TotalMilliseconds, servers[0].RestartPolicy));
        Assert.Equal((99, RestartPolicy.Never), (servers[1].StartupTimeout.TotalMilliseconds, servers[1].RestartPolicy));
        Assert.StartsWith($"steward: {broken}(2,37): defaults.startupTimeoutMs: ", error, StringComparison.Ordinal);
        Assert.StartsWith("One server can be added:\n  c  (import)", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_broken_file_is_reported_with_its_place_and_the_others_are_read()
    {
        WriteClients();
        var broken = _home.Write(".kiro/settings/mcp.json", "{\n  \"mcpServers\": oops\n}");

        var (exitCode, output, error) = await Cli().RunAsync("import", "--dry-run");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.StartsWith("4 servers can be added:", output, StringComparison.Ordinal);
        Assert.StartsWith($"steward: {broken}(2,17): (root): the file is no valid JSON", error, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(2, "Steward knows no client 'curser'. Did you mean 'cursor'?", "--client", "curser")]
    [InlineData(2, "There is no file ", "gone.json")]
    [InlineData(2, "Name a file, or clients and sources, but not both.", "x.json", "--client", "cursor")]
    [InlineData(2, "There is no source 'nmp'.", "--source", "nmp")]
    [InlineData(2, "Name the servers that you want: steward import NAME --source registry.", "--source", "registry")]
    [InlineData(4, "No server 'weather' is found. 'steward import weather --source registry' looks for it in the MCP registry.", "weather")]
    [InlineData(4, "No server 'weather' is found.\n", "weather", "--client", "cursor")]
    [InlineData(4, "No server 'githab' is found. Did you mean 'github'?", "githab")]
    public async Task A_mistake_is_named(int expected, string message, params string[] arguments)
    {
        WriteClients();

        var (exitCode, _, error) = await Cli().RunAsync(["import", .. arguments]);

        Assert.Equal(expected, exitCode);
        Assert.StartsWith($"steward: {message}", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_no_client_has_a_server_it_says_so() =>
        Assert.Equal((ExitCodes.Success, "No servers are found.\n", ""), await Cli().RunAsync("import"));

    [Fact(Timeout = 30_000)]
    public async Task What_was_imported_can_be_exported_and_imported_again()
    {
        WriteClients();
        await Cli().RunAsync("import", "--yes");
        var file = Path.Combine(Work, "servers.json");

        var (exitCode, output, error) = await Cli().RunAsync("export", "--out", "servers.json");

        Assert.Equal((ExitCodes.Success, $"4 servers are in {file}.\n"), (exitCode, output));
        Assert.Equal("steward: warning: secrets stand in the file in clear, of github, github-cursor. Only you may read it.\n", error);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var (_, again, _) = await Cli().RunAsync("import", file);
        Assert.Equal(4, again.Split("already").Length - 1);
        var (_, printed, _) = await Cli().RunAsync("export");
        Assert.Equal(File.ReadAllText(file), printed.TrimEnd('\n'));
    }

    [Fact(Timeout = 30_000)]
    public async Task Into_a_running_daemon_they_are_added_and_started()
    {
        WriteClients();
        await using var host = await HostRig.StartAsync(Fleet.Server("github"));
        var cli = new CliRig(host, host.Data) { Home = _home.Path, WorkingDirectory = Work };

        var (exitCode, output, error) = await cli.RunAsync("import", "--client", "claude-desktop", "--yes");
        var (_, again, _) = await cli.RunAsync("import", "--client", "claude-desktop");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.EndsWith("Added filesystem, github-claude-desktop to the running daemon. It starts them now: 'steward status' shows how they are.\n", output, StringComparison.Ordinal);
        Assert.Equal(["github", "filesystem", "github-claude-desktop"], host.Host.Manager.GetAllStatuses().Select(status => status.Id));
        Assert.Equal(2, again.Split("already").Length - 1);
        var (_, exported, _) = await cli.RunAsync("export");
        Assert.Contains("ghp_EXAMPLE", exported, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_daemon_and_registry_there_is_nothing_to_export_and_nothing_is_made()
    {
        var (exitCode, output, _) = await Cli().RunAsync("export");

        Assert.Equal((ExitCodes.Success, "{\n  \"mcpServers\": {}\n}\n"), (exitCode, output));
        Assert.False(Directory.Exists(_temporary.Data.Path));
    }

    [Fact(Timeout = 30_000)]
    public async Task While_a_person_thinks_nobody_is_kept_from_the_data_directory()
    {
        WriteClients();
        var wasFree = false;
        var cli = Asked(() =>
        {
            wasFree = DaemonLock.IsFree(_temporary.Data);
            return Task.CompletedTask;
        });

        var (exitCode, output, error) = await cli.RunAsync("import", "--client", "claude-desktop");

        Assert.Equal((ExitCodes.Success, "", true), (exitCode, error, wasFree));
        Assert.EndsWith("Added filesystem, github to Steward's registry. 'steward up' runs them.\n", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_somebody_else_adds_while_a_person_thinks_is_not_added_again()
    {
        WriteClients();
        var cli = Asked(() => Cli().RunAsync("add", "hub", "-e", "TOKEN=x", "--", "docker", "run", "-e", "TOKEN", "github-server"));

        var (exitCode, output, error) = await cli.RunAsync("import", "--client", "claude-desktop");

        Assert.Equal((ExitCodes.Success, "steward: github is not added: somebody has added it meanwhile, as hub\n"), (exitCode, error));
        Assert.EndsWith("Added filesystem to Steward's registry. 'steward up' runs them.\n", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Connecting_a_client_keeps_nobody_from_the_data_directory_while_it_asks()
    {
        WriteClients();
        var wasFree = false;
        var cli = Asked(() =>
        {
            wasFree = DaemonLock.IsFree(_temporary.Data);
            return Task.CompletedTask;
        });

        var (exitCode, output, _) = await cli.RunAsync("connect", "claude-desktop", "--stdio");

        Assert.Equal((ExitCodes.Success, true), (exitCode, wasFree));
        Assert.Contains("Added filesystem, github to Steward's registry.", output, StringComparison.Ordinal);
    }

    private CliRig Asked(Func<Task> meanwhile)
    {
        _temporary.Data.Create();
        return new(null, _temporary.Data) { Home = _home.Path, WorkingDirectory = Work, In = new ThinkingReader("y", meanwhile), IsTerminal = true };
    }

    private string Work => Directory.CreateDirectory(Path.Combine(_home.Path, "work")).FullName;

    private CliRig Cli(string input = "") => new(null, _temporary.Data) { Home = _home.Path, WorkingDirectory = Work, Input = input };

    private void WriteClients()
    {
        _home.Write(".config/Claude/claude_desktop_config.json", """
            {
              "mcpServers": {
                "filesystem": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ann/Documents"] },
                "github": { "command": "docker", "args": ["run", "-e", "TOKEN", "github-server"], "env": { "TOKEN": "ghp_EXAMPLE" } },
                "steward": { "command": "/opt/steward/steward", "args": ["stdio"] }
              }
            }
            """);
        _home.Write(".cursor/mcp.json", """
            {
              "mcpServers": {
                "filesystem": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ann/Documents"] },
                "github": { "command": "npx", "args": ["github-server", "--api-key", "s3cr3t"] },
                "crm": { "url": "https://crm.example.com/mcp", "headers": { "X-Key": "${env:CRM_KEY}" } },
                "gateway": { "url": "http://localhost:7420/mcp" }
              }
            }
            """);
    }
}
