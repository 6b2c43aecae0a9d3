using System.Text.Json;
using Steward.Cli;
using Steward.Configuration;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class VerbTests
{
    [Fact(Timeout = 30_000)]
    public async Task Status_is_a_table_with_a_line_per_server()
    {
        await using var host = await HostRig.StartAsync(Fleet.Server("files"), Fleet.Server("off") with { Disabled = true });
        await host.SettleAsync();

        var (exitCode, output, error) = await new CliRig(host, host.Data).RunAsync("status");

        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(["SERVER", "STATUS", "PID", "REVISION", "TOOLS", "UPTIME", "RESTARTS", "CPU", "MEMORY", "LAST", "ERROR"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("files   Running", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("off     Disabled", lines[2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_says_what_was_found_and_fails_where_a_server_is_not_healthy()
    {
        var isWell = true;
        await using var host = await HostRig.StartAsync(
            launch => launch.Succeed(run => run.OnProbe = _ => isWell || launch.Config.Id != "files" ? Task.CompletedTask : throw new IOException("it hangs")), HostRig.TwoServers);
        await host.SettleAsync();
        var cli = new CliRig(host, host.Data);
        Assert.Equal((ExitCodes.Success, "files is Healthy\nmemory is Healthy\n", ""), await cli.RunAsync("check", "--all"));

        isWell = false;
        Assert.Equal((ExitCodes.Failure, "memory is Healthy\n", "steward: files is Degraded: it hangs. 'steward logs files' may tell more.\n"), await cli.RunAsync("check", "files", "memory"));
        Assert.Contains("health        Degraded: it hangs", (await cli.RunAsync("status", "files")).Out, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^files\s+Running \(Degraded\).*it hangs$", (await cli.RunAsync("status")).Out);

        await cli.RunAsync("stop", "files");
        var (exitCode, _, error) = await cli.RunAsync("check", "files");
        Assert.Equal((ExitCodes.Failure, true), (exitCode, error.StartsWith("steward: files is Stopped and was not probed", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Status_says_that_a_server_is_in_a_crash_loop()
    {
        await using var host = await HostRig.StartAsync(launch => launch.Fail("no"), Fleet.Server("files", new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), BackoffMultiplier = 2000, MaxDelay = TimeSpan.FromHours(1), Jitter = 0 }));
        await host.Host.Manager.WaitForStatusAsync("files", status => status is { State: ServerState.Restarting, ConsecutiveFailures: 3 }, TestContext.Current.CancellationToken);
        var cli = new CliRig(host, host.Data);

        Assert.Matches(@"(?m)^files\s+Restarting in \S.* \(crash loop, 3 failures\)", (await cli.RunAsync("status")).Out);
        Assert.Contains("failures      3 in a row: a crash loop", (await cli.RunAsync("status", "files")).Out, StringComparison.Ordinal);
        Assert.True((bool?)System.Text.Json.Nodes.JsonNode.Parse((await cli.RunAsync("status", "files", "--json")).Out)!["isCrashLooping"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Json_is_what_the_daemon_says_and_nothing_else()
    {
        await using var host = await HostRig.StartAsync(HostRig.TwoServers);
        await host.SettleAsync();
        var cli = new CliRig(host, host.Data);

        foreach (var line in (string[][])[["status", "--json"], ["restart", "files", "memory", "--json"], ["stop", "--all", "--json"], ["tools", "--json"], ["status", "files", "--json"]])
        {
            var (exitCode, output, error) = await cli.RunAsync(line);

            Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
            using var parsed = JsonDocument.Parse(output);
            Assert.Equal(line is ["status", "files", ..] ? JsonValueKind.Object : JsonValueKind.Array, parsed.RootElement.ValueKind);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_start_and_restart_say_what_became_of_each_server()
    {
        await using var host = await HostRig.StartAsync(HostRig.TwoServers);
        await host.SettleAsync();
        var cli = new CliRig(host, host.Data);

        Assert.Equal((ExitCodes.Success, "files is Stopped\nmemory is Stopped\n", ""), await cli.RunAsync("stop", "--all"));
        Assert.Equal((ExitCodes.Success, "memory is Running\n", ""), await cli.RunAsync("start", "memory"));
        Assert.Equal((ExitCodes.Success, "memory is Running\n", ""), await cli.RunAsync("restart", "memory"));
        Assert.Equal(ServerState.Stopped, host.Host.Manager.FindStatus("files")!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task One_bad_name_does_not_keep_the_others_from_being_done()
    {
        await using var host = await HostRig.StartAsync(HostRig.TwoServers);
        await host.SettleAsync();

        var (exitCode, output, error) = await new CliRig(host, host.Data).RunAsync("stop", "files", "memry");

        Assert.Equal((ExitCodes.Unknown, "files is Stopped\n", "steward: There is no server 'memry'. Did you mean 'memory'?\n"), (exitCode, output, error));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_cannot_be_started_is_a_failure_that_tells_why_without_control_characters()
    {
        await using var host = await HostRig.StartAsync(
            launch => launch.Fail("no \u001b[31mred\u001b[0m \u202eprogram\u0007\nhere", isPermanent: true), Fleet.Server("files"));

        var (exitCode, output, error) = await new CliRig(host, host.Data).RunAsync("start", "files");

        Assert.Equal((ExitCodes.Failure, ""), (exitCode, output));
        Assert.Equal("steward: files is FailedToStart: no red \\u202eprogram\\u0007 here. 'steward logs files' may tell more.\n", error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_a_daemon_every_verb_says_how_to_start_one()
    {
        using var temporary = new TemporaryData();
        temporary.Data.Create();
        var cli = new CliRig(null, temporary.Data);
        foreach (var line in (string[][])[["status"], ["start", "x"], ["logs", "x"], ["tools"], ["call", "x", "y"], ["down"]])
        {
            var (exitCode, output, error) = await cli.RunAsync(line);

            Assert.Equal((ExitCodes.NoDaemon, ""), (exitCode, output));
            Assert.Contains("Start one with 'steward up'", error, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Facts_of_a_daemon_that_was_killed_count_as_no_daemon()
    {
        using var temporary = new TemporaryData();
        temporary.Data.Create();
        ApiToken.LoadOrCreate(temporary.Data);
        new DaemonFacts(1, "http://127.0.0.1:1", DateTimeOffset.UnixEpoch, "1").Write(temporary.Data);

        var (exitCode, _, _) = await new CliRig(null, temporary.Data).RunAsync("status");

        Assert.Equal(ExitCodes.NoDaemon, exitCode);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("", "What to do?")]
    [InlineData("stat", "Did you mean 'status'?")]
    [InlineData("start", "'steward start SERVER...'")]
    [InlineData("stop files --all", "not both")]
    [InlineData("logs", "Required argument missing")]
    [InlineData("logs files -n -1", "must be a number of lines")]
    [InlineData("logs files -n many", "must be a number of lines")]
    [InlineData("status --nope", "no option '--nope'")]
    [InlineData("call files echo --nope", "no option '--nope'")]
    [InlineData("call files echo {", "are no JSON")]
    [InlineData("call files echo [1]", "but are an array")]
    [InlineData("call files echo @missing.json", "'missing.json'")]
    public async Task A_wrong_command_line_is_explained(string line, string expected)
    {
        await using var host = await HostRig.StartAsync(HostRig.TwoServers);

        var (exitCode, output, error) = await new CliRig(host, host.Data).RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((ExitCodes.Usage, ""), (exitCode, output));
        Assert.StartsWith("steward: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tool_is_called_with_arguments_from_the_line_a_file_or_the_input()
    {
        await using var host = await HostRig.StartRealAsync("echo");
        await File.WriteAllTextAsync(Path.Combine(host.Data.Path, "arguments.json"), """{"text": "from a file"}""", TestContext.Current.CancellationToken);
        var cli = new CliRig(host, host.Data) { Input = """{"text": "from the input"}""" };

        Assert.Equal((ExitCodes.Success, "from the line\n", ""), await cli.RunAsync("call", "files", "echo", """{"text": "from the line"}"""));
        Assert.Equal((ExitCodes.Success, "from a file\n", ""), await cli.RunAsync("call", "files", "echo", "@arguments.json"));
        Assert.Equal((ExitCodes.Success, "from the input\n", ""), await cli.RunAsync("call", "files", "echo", "-"));
        Assert.Equal((ExitCodes.Success, "red \\u0007\nnext\n", ""), await cli.RunAsync("call", "files", "echo", """{"text": "\u001b[31mred\u001b[0m \u0007\nnext"}"""));
        Assert.Equal((ExitCodes.Unknown, "", "steward: Server 'files' has no tool 'ecko'. Did you mean 'echo'?\n"), await cli.RunAsync("call", "files", "ecko"));
        var (_, tools, _) = await cli.RunAsync("tools", "files");
        Assert.Contains("files   echo            files__echo            Returns its text\n", tools, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tools_own_error_has_an_exit_code_of_its_own()
    {
        await using var host = await HostRig.StartRealAsync("fixture");
        var cli = new CliRig(host, host.Data);

        var (exitCode, output, error) = await cli.RunAsync("call", "files", "test_error_handling");
        Assert.Equal((ExitCodes.ToolError, ""), (exitCode, output));
        Assert.NotEmpty(error);

        var (rawExitCode, raw, _) = await cli.RunAsync("call", "files", "test_error_handling", "--json");
        Assert.Equal(ExitCodes.ToolError, rawExitCode);
        Assert.True(JsonDocument.Parse(raw).RootElement.GetProperty("isError").GetBoolean());

        var (_, image, _) = await cli.RunAsync("call", "files", "test_image_content");
        Assert.Matches(@"^\[image, image/png, \d+ bytes\]\n$", image);
    }

    [Fact(Timeout = 30_000)]
    public async Task Logs_show_the_newest_lines()
    {
        await using var host = await HostRig.StartRealAsync("fixture");
        var cli = new CliRig(host, host.Data);

        var (exitCode, _, error) = await cli.RunAsync("logs", "files", "-n", "5");
        Assert.Equal((ExitCodes.Success, ""), (exitCode, error));
        Assert.Equal((ExitCodes.Success, "", ""), await cli.RunAsync("logs", "files", "-n", "0"));
    }
}
