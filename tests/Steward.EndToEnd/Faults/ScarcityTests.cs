using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Faults;

/// <summary>A machine that has no descriptors left, and an address that somebody else has.</summary>
public sealed class ScarcityTests
{
    private const int Servers = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Without_descriptors_servers_do_not_start_and_say_why_and_what_runs_goes_on()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = new JsonObject { ["first"] = Upstreams.TestServer("--mode", "echo") } }.ToJsonString(), Cancellation);
        await File.WriteAllTextAsync(home.PathOf("script"), $"exec '{Repository.StewardProgram}' up --plain --listen http://127.0.0.1:0 --data '{home.Data}' --config '{config}'", Cancellation);
        await using var angel = LineProcess.Start("sh", [home.PathOf("script")], home.Environment);
        await Poll.UntilAsync(() => Task.FromResult(home.DaemonId), id => id > 0, Cancellation);
        await home.ReachesAsync("first", "Running");

        // What is open now, and room for a few servers more.
        var open = Directory.GetFiles($"/proc/{home.DaemonId}/fd").Length;
        await LineProcess.RunAsync("prlimit", ["--pid", $"{home.DaemonId}", $"--nofile={open + 80}:"], null, Cancellation);
        var more = new JsonObject { ["first"] = Upstreams.TestServer("--mode", "echo") };
        for (var i = 0; i < Servers; i++)
            more[$"more-{i}"] = Upstreams.TestServer("--mode", "echo").With("restartPolicy", new JsonObject { ["initialDelayMs"] = 500, ["maxDelayMs"] = 500, ["maxRestartAttempts"] = 100 });
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = more }.ToJsonString(), Cancellation);

        var failed = await Poll.UntilAsync(
            () => home.ReadAsync("/servers"),
            all => all.GetArrayLength() == Servers + 1 && all.EnumerateArray().Any(server => server.TryGetProperty("lastError", out var error) && error.GetString()!.Contains("open files", StringComparison.OrdinalIgnoreCase)),
            Cancellation);
        Assert.Equal("Running", failed.EnumerateArray().Single(server => server.GetProperty("id").ValueEquals("first")).GetProperty("state").GetString());
        Assert.Contains("still here", await home.DoAsync("call", "first", "echo", """{"text":"still here"}"""), StringComparison.Ordinal);

        await LineProcess.RunAsync("prlimit", ["--pid", $"{home.DaemonId}", "--nofile=4096:"], null, Cancellation);
        await home.ReachesAsync($"more-{Servers - 1}", "Running");
        await home.DoAsync("down");
        await angel.ExitAsync(Cancellation);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_that_somebody_else_has_is_said_in_one_sentence_and_nothing_is_started()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = new JsonObject { ["marks"] = new JsonObject { ["command"] = "touch", ["args"] = new JsonArray(home.PathOf("started")) } } }.ToJsonString(), Cancellation);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        var result = await home.RunAsync("up", "--plain", "--listen", address, "--config", config);

        Assert.Equal((1, 1), (result.ExitCode, result.Errors.Split('\n').Length));
        Assert.Contains(address, result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(home.PathOf("started")));
    }
}
