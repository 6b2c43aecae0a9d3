using System.Net;
using System.Net.Http.Json;
using System.Threading.Channels;
using Steward.Cli;
using Steward.Server.Api;
using Steward.Server.Reload;
using Steward.Supervision;
using Steward.Tests.Cli;
using Xunit;

namespace Steward.Tests.Server.Reload;

/// <summary>A host that follows its configuration file.</summary>
public sealed class ReloadTests
{
    private const string Two = """{ "mcpServers": { "a": { "command": "x" }, "b": { "command": "x" } } }""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_saved_file_is_taken_over_and_a_broken_one_is_told_once_and_changes_nothing()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        var told = Listen(rig);
        var a = rig.Host.Manager.FindStatus("a")!;

        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "a": { "command": "x" }, "c": { "command": "x" } } }""", Cancelled);
        Assert.Contains("+ c  is added and started", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        await rig.Host.Manager.WaitForStatusAsync("c", status => status.State == ServerState.Running, Cancelled);
        Assert.Null(rig.Host.Manager.FindStatus("b"));
        Assert.Same(a, rig.Host.Manager.FindStatus("a"));

        await File.WriteAllTextAsync(rig.ConfigFile, "{ \"mcpServers\": {\n  \"a\": { \"command\": 5 } } }", Cancelled);
        Assert.Contains("(2,21): mcpServers.a.command: is 5, but must be a string", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        var problem = Assert.Single((await StateAsync(rig)).Problems);
        Assert.Equal((2, 21), (problem.Line, problem.Column));
        Assert.Same(a, rig.Host.Manager.FindStatus("a"));
        var (exitCode, _, error) = await new CliRig(rig, rig.Data).RunAsync("status");
        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains("mcpServers.a.command", error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(rig.ConfigFile, """{ "mcpServers": { "a": { "command": "x", "tools": { "deny": ["y"] } } } }""", Cancelled);
        Assert.Contains("~ a  is changed in place: tools.deny", await told.ReadAsync(Cancelled), StringComparison.Ordinal);
        Assert.Empty((await StateAsync(rig)).Problems);
        Assert.Equal(3, rig.Launcher.Count);
        Assert.False(told.TryRead(out _));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_plan_is_shown_and_applied_on_the_command_line()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        var next = Beside(rig, "next.json");
        await File.WriteAllTextAsync(next, """{ "mcpServers": { "b": { "command": "x", "args": ["1"] } }, "gateway": { "limits": { "sessions": 3 } } }""", Cancelled);
        var cli = CliBeside(rig);

        var planned = await cli.RunAsync("plan", "next.json");
        Assert.Equal(
            (ExitCodes.Success, "  - a  is stopped and removed\n  ~ b  is restarted: args\nNot before 'steward down' and 'steward up': gateway.limits.sessions\n", ""), planned);
        Assert.Equal(2, rig.Host.Manager.Statuses.Count);

        var applied = await cli.RunAsync("apply", "next.json");
        Assert.Equal((ExitCodes.Success, planned.Out + "a is gone\nb is Running\n", ""), applied);
        Assert.Equal(["1"], rig.Host.Manager.FindConfig("b")!.Args);
        Assert.Equal(["gateway.limits.sessions"], (await StateAsync(rig)).NeedsRestart);

        Assert.Equal((ExitCodes.Success, "  + a  is added and started\n  ~ b  is restarted: args\n", ""), await cli.RunAsync("plan"));
        Assert.Equal(ExitCodes.Success, (await cli.RunAsync("apply", "--json")).ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_cannot_be_used_is_refused_with_every_problem_on_a_line()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await File.WriteAllTextAsync(Beside(rig, "bad.json"), """{ "mcpServers": { "a": { "command": 5 }, "b": {} } }""", Cancelled);

        var (exitCode, output, error) = await CliBeside(rig).RunAsync("plan", "bad.json");

        Assert.Equal((ExitCodes.Usage, "", 2), (exitCode, output, error.TrimEnd('\n').Split('\n').Length));
        Assert.Contains("mcpServers.b: command is missing", error, StringComparison.Ordinal);
        using var response = await rig.Client.PostAsJsonAsync("/api/v1/config/plan", new ConfigRequest("relative.json"), ApiJson.Default.ConfigRequest, Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_cannot_be_started_as_the_file_wants_is_a_failure_that_status_shows()
    {
        await using var rig = await HostRig.StartAsync(Two);
        await rig.SettleAsync();
        rig.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Args is ["broken"])
                launch.Fail("exit code 2");
            else
                launch.Succeed();
        };
        await File.WriteAllTextAsync(Beside(rig, "next.json"), """{ "mcpServers": { "a": { "command": "x" }, "b": { "command": "x", "args": ["broken"] } } }""", Cancelled);
        var cli = CliBeside(rig);

        var (exitCode, _, error) = await cli.RunAsync("apply", "next.json");

        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("b is not as the file wants it: Server 'b' did not come up by its new definition (exit code 2); it runs by the old one again.", error, StringComparison.Ordinal);
        Assert.Contains("exit code 2", (await cli.RunAsync("status")).Error, StringComparison.Ordinal);
        Assert.Equal(ServerState.Running, rig.Host.Manager.FindStatus("b")!.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_without_a_file_says_so()
    {
        await using var rig = await HostRig.StartAsync(HostRig.TwoServers);

        var (exitCode, _, error) = await new CliRig(rig, rig.Data).RunAsync("apply");

        Assert.Equal((ExitCodes.Failure, "steward: This daemon was started without a configuration file: name one.\n"), (exitCode, error));
        Assert.False((await StateAsync(rig)).Followed);
        await rig.Host.ReloadAsync();
    }

    private static string Beside(HostRig rig, string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(rig.ConfigFile))!, name);

    private static CliRig CliBeside(HostRig rig) => new(rig, rig.Data) { WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(rig.ConfigFile))! };

    private static ChannelReader<string> Listen(HostRig rig)
    {
        var told = Channel.CreateUnbounded<string>();
        rig.Host.ConfigurationTold = text => told.Writer.TryWrite(text);
        return told.Reader;
    }

    private static async Task<ConfigState> StateAsync(HostRig rig) => (await rig.Client.GetFromJsonAsync("/api/v1/config", ApiJson.Default.ConfigState, Cancelled))!;
}
