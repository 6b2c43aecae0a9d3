using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Faults;

/// <summary>Signals and a closed output, whenever they come. That no process is left is checked at the end of every test.</summary>
public sealed class SignalTests
{
    private const int HangUp = 1;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [InlineData("at once")]
    [InlineData("as soon as it listens")]
    [InlineData("while servers start")]
    [InlineData("while it reads its file again")]
    [InlineData("twice")]
    public async Task SIGTERM_ends_everything_in_time_whenever_it_comes(string moment)
    {
        await using var home = new StewardHome();
        var config = await WriteAsync(home);
        await using var angel = moment == "at once" ? home.Start("up", "--plain", "--listen", "http://127.0.0.1:0", "--config", config) : await home.UpAsync(config);
        switch (moment)
        {
            case "while servers start":
                await home.ReachesAsync("silent", "Starting");
                break;
            case "while it reads its file again":
                await home.ReachesAsync("stubborn", "Running");
                await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config, Cancellation)).Replace("echo", "stubborn", StringComparison.Ordinal), Cancellation);
                Signals.Send(angel.Id, HangUp);
                break;
            case "twice":
                await home.ReachesAsync("stubborn", "Running");
                Signals.Send(angel.Id, Signals.Terminate);
                break;
        }

        var before = TimeProvider.System.GetTimestamp();
        Signals.Send(angel.Id, Signals.Terminate);
        var code = await angel.ExitAsync(Cancellation);

        Assert.Contains(code, (int[])[0, 130, 143]);
        Assert.True(TimeProvider.System.GetElapsedTime(before) < Bound, "the bounds of its servers were not kept");
        await angel.EndOfOutputAsync(Cancellation);
        Assert.DoesNotContain(angel.Errors.Items, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    /// <summary>The first signal leaves a server that ignores everything its ten minutes.</summary>
    [Theory(Timeout = 180_000)]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task The_second_signal_cuts_short_what_the_first_waits_for(int second)
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        var servers = new JsonObject { ["stubborn"] = Upstreams.TestServer("--mode", "stubborn") }.EachWithShutdown(drainMs: 100, graceMs: 600_000);
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = servers }.ToJsonString(), Cancellation);
        await using var angel = await home.UpAsync(config);
        var server = (await home.ReachesAsync("stubborn", "Running")).GetProperty("pid").GetInt32();
        Signals.Send(angel.Id, Signals.Terminate);
        await angel.Output.FirstAsync(static line => line.EndsWith(" stubborn: Stopping", StringComparison.Ordinal), Cancellation);
        Assert.True(ProcessCensus.IsAlive(server));

        var before = TimeProvider.System.GetTimestamp();
        Signals.Send(angel.Id, second);
        var code = await angel.ExitAsync(Cancellation);

        Assert.Equal(130, code);
        Assert.True(TimeProvider.System.GetElapsedTime(before) < Bound, "the second signal did not hurry");
        Assert.False(await Poll.ForAsync(() => ProcessCensus.IsAlive(server), static alive => !alive));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_terminal_that_is_closed_ends_the_daemon_with_its_servers()
    {
        await using var rig = await StdioRig.StartAsync(Upstreams.EveryKindOfProcess().EachWithShutdown(drainMs: 200, graceMs: 800), daemon: false, Cancellation);
        var data = Path.Combine(Path.GetDirectoryName(rig.ConfigFile)!, "data");
        await using var terminal = LineProcess.Start("script", ["-qfec", $"'{Repository.StewardProgram}' up --plain --data '{data}' --config '{rig.ConfigFile}' --listen http://127.0.0.1:0", "/dev/null"], rig.Environment);
        await Poll.UntilAsync(() => Task.FromResult(terminal.Output.Items.Count(static line => line.Contains(": Running", StringComparison.Ordinal))), static running => running >= 5, Cancellation);

        Signals.Send(terminal.Id, Signals.Kill);

        await terminal.ExitAsync(Cancellation); // what is left of the rest fails the disposal
    }

    [Fact(Timeout = 180_000)]
    public async Task A_daemon_whose_output_nobody_reads_any_more_goes_on()
    {
        await using var home = new StewardHome();
        var config = await WriteAsync(home);
        await File.WriteAllTextAsync(home.PathOf("script"), $"'{Repository.StewardProgram}' up --plain --listen http://127.0.0.1:0 --data '{home.Data}' --config '{config}' | head -n 1", Cancellation);
        await using var shell = LineProcess.Start("sh", [home.PathOf("script")], home.Environment);
        await Poll.UntilAsync(() => Task.FromResult(home.DaemonId), id => id > 0, Cancellation);
        var before = (await home.ReachesAsync("good", "Running")).GetProperty("pid").GetInt32();

        for (var i = 0; i < 3; i++)
            await home.DoAsync("restart", "good"); // each would be a line

        var status = await home.ReachesAsync("good", "Running");
        Assert.NotEqual(before, status.GetProperty("pid").GetInt32());
        await home.DoAsync("down");
        await shell.ExitAsync(Cancellation);
    }

    private static async Task<string> WriteAsync(StewardHome home)
    {
        var servers = new JsonObject
        {
            ["good"] = Upstreams.TestServer("--mode", "echo"),
            ["stubborn"] = Upstreams.TestServer("--mode", "stubborn"),
            ["silent"] = Upstreams.TestServer("--mode", "hang-in-initialize"),
        }.EachWithShutdown(drainMs: 100, graceMs: 600);
        var config = home.PathOf("steward.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = servers }.ToJsonString(), Cancellation);
        return config;
    }
}
