using System.Text.Json;
using Spectre.Console;
using Steward.Cli;
using Steward.Cli.Output;
using Steward.Cli.Up;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Server;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class UpTests : IDisposable
{
    private readonly TemporaryData _temporary = new();

    public UpTests() => _temporary.Data.Create();

    private CliRig Cli => new(null, _temporary.Data);

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task Without_any_configuration_it_says_where_it_looked()
    {
        var (exitCode, _, error) = await Cli.RunAsync("up");

        Assert.Equal(ExitCodes.Usage, exitCode);
        Assert.Contains($"no steward.json and no mcp.json in {_temporary.Data.Path}", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task Every_problem_of_a_configuration_is_shown_at_once()
    {
        await File.WriteAllTextAsync(Path.Combine(_temporary.Data.Path, "mcp.json"), """{"mcpServers": {"a b": {"command": "x"}, "c": {}}}""", TestContext.Current.CancellationToken);

        var (exitCode, _, error) = await Cli.RunAsync("up");

        Assert.Equal(ExitCodes.Usage, exitCode);
        Assert.StartsWith("steward: the configuration has 2 problems:\n", error, StringComparison.Ordinal);
        Assert.Contains("mcp.json(1,17): mcpServers", error, StringComparison.Ordinal);
    }

    /// <summary>A file that cannot be used and an address that may not be listened on say by which variable they came.</summary>
    [Fact(Timeout = 10_000)]
    public async Task Variables_stand_for_options_that_are_not_given()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_temporary.Data.Path, "elsewhere")).FullName;
        var file = Path.Combine(elsewhere, "servers.json");
        await File.WriteAllTextAsync(file, """{"mcpServers": {}}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_temporary.Data.Path, "steward.json"), """{"mcpServers": {"of the folder": {"command": "x"}}}""", TestContext.Current.CancellationToken);
        var cli = new CliRig(null, _temporary.Data) { Variables = new Dictionary<string, string> { ["STEWARD_CONFIG"] = file, ["STEWARD_LISTEN"] = "http://0.0.0.0:0" } };

        Assert.Contains("STEWARD_LISTEN(1,1): listen: is \"http://0.0.0.0:0\"", (await cli.RunAsync("up")).Error, StringComparison.Ordinal);
        Assert.Contains("--listen(1,1): listen: is \"http://0.0.0.0:1\"", (await cli.RunAsync("up", "--listen", "http://0.0.0.0:1")).Error, StringComparison.Ordinal);
        Assert.Contains("of the folder", (await cli.RunAsync("up", "--config", "steward.json")).Error, StringComparison.Ordinal);
        Assert.Contains("of the folder", (await new CliRig(null, _temporary.Data).RunAsync("up")).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task Nobody_listens_to_the_world_without_asking_who_is_there()
    {
        await File.WriteAllTextAsync(Path.Combine(_temporary.Data.Path, "steward.json"), """{"mcpServers": {}}""", TestContext.Current.CancellationToken);

        var (exitCode, _, error) = await Cli.RunAsync("up", "--listen", "http://0.0.0.0:0");

        Assert.Equal(ExitCodes.Usage, exitCode);
        Assert.Contains("gateway.auth.bearer.tokens is empty", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public void The_snippet_is_JSON_that_a_client_understands()
    {
        using var open = JsonDocument.Parse(ClientSnippet.Create("http://127.0.0.1:7420", new GatewayConfig()));
        var server = open.RootElement.GetProperty("mcpServers").GetProperty("steward");
        Assert.Equal("http", server.GetProperty("type").GetString());
        Assert.Equal("http://127.0.0.1:7420/mcp", server.GetProperty("url").GetString());
        Assert.False(server.TryGetProperty("headers", out _));

        var closed = ClientSnippet.Create("http://127.0.0.1:7420", new GatewayConfig { BearerTokens = ["secret"] });
        Assert.Contains("Bearer YOUR-TOKEN", closed, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", closed, StringComparison.Ordinal);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(0, "0s")]
    [InlineData(59.9, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3_660, "1h 1m")]
    [InlineData(90_000, "1d 1h")]
    [InlineData(-5, "0s")]
    public void Times_are_as_exact_as_one_cares_to_know(double seconds, string expected) =>
        Assert.Equal(expected, Elapsed.Format(TimeSpan.FromSeconds(seconds)));

    [Fact(Timeout = 10_000)]
    public void A_row_is_harmless_to_the_terminal_whatever_the_server_said()
    {
        var now = DateTimeOffset.UnixEpoch;
        var row = StatusRow.From(
            new ServerStatus
            {
                Id = "files",
                State = ServerState.Restarting,
                Since = now,
                NextRetryAt = now.AddSeconds(4),
                Revision = "\u001b]0;title\u0007[red]2025[/]",
                LastError = "\u001b[2Jgone \u202e[bold]not markup[/]\r\n" + new string('x', 500),
            },
            now);

        Assert.Equal("Restarting in 4s", row.Status);
        Assert.Equal("[red]2025[/]", row.Revision);
        Assert.StartsWith("gone \\u202e[bold]not markup[/] xxx", row.LastError, StringComparison.Ordinal);
        Assert.Equal(200, row.LastError.Length);
        using var output = new StringWriter();
        // Without colours, whatever the terminal of this run: every escape would then be the server's.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Write(StatusTable.Create([row], console.Profile.Width));
        Assert.Contains("[red]2025[/]", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output.ToString());
    }
}
