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
    private const string Nobody = "61234";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task Without_descriptors_servers_do_not_start_and_say_why_and_what_runs_goes_on()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = new JsonObject { ["first"] = First() } }.ToJsonString(), Cancellation);
        await File.WriteAllTextAsync(home.PathOf("script"), $"exec '{Repository.StewardProgram}' up --plain --listen http://127.0.0.1:0 --data '{home.Data}' --config '{config}'", Cancellation);
        await using var angel = LineProcess.Start("sh", [home.PathOf("script")], home.Environment);
        await Poll.UntilAsync(() => Task.FromResult(home.DaemonId), id => id > 0, Cancellation);
        await home.ReachesAsync("first", "Running");

        // What is open now, and room for a few servers more.
        var open = Directory.GetFiles($"/proc/{home.DaemonId}/fd").Length;
        await LineProcess.RunAsync("prlimit", ["--pid", $"{home.DaemonId}", $"--nofile={open + 80}:"], null, Cancellation);
        await ShellServer.WriteAsync(home, "more");
        var more = new JsonObject { ["first"] = First() };
        for (var i = 0; i < Servers; i++)
            more[$"more-{i}"] = ShellServer.Define(home, $"more-{i}").With("restartPolicy", new JsonObject { ["initialDelayMs"] = 500, ["maxDelayMs"] = 500, ["maxRestartAttempts"] = 100 });
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = more }.ToJsonString(), Cancellation);

        var failed = await Poll.UntilAsync(
            () => home.ReadAsync("/servers"),
            all => all.GetArrayLength() == Servers + 1 && all.EnumerateArray().Any(server => server.TryGetProperty("lastError", out var error) && error.GetString()!.Contains("open files", StringComparison.OrdinalIgnoreCase)),
            Cancellation);
        Assert.Equal("Running", failed.EnumerateArray().Single(server => server.GetProperty("id").ValueEquals("first")).GetProperty("state").GetString());
        Assert.Contains("still here", await home.DoAsync("call", "first", "echo", """{"text":"still here"}"""), StringComparison.Ordinal);
        await home.DoAsync("stop", "first");
        Assert.True(File.Exists(home.PathOf("stopped"))); // what ends a server is started all the same

        await LineProcess.RunAsync("prlimit", ["--pid", $"{home.DaemonId}", "--nofile=4096:"], null, Cancellation);
        await home.ReachesAsync($"more-{Servers - 1}", "Running");
        await home.DoAsync("down");
        await angel.ExitAsync(Cancellation);

        JsonObject First() => Upstreams.TestServer("--mode", "echo").With("stopCommand", new JsonArray("touch", home.PathOf("stopped")));
    }

    /// <summary>
    /// Threads count as well, and .NET ends a process for which it gets none: then it is the angel who is to be relied on. So the daemon is one
    /// that runs on, or another.
    /// </summary>
    [Fact(Timeout = 300_000)]
    public async Task Without_processes_a_start_fails_as_any_other_and_all_runs_when_there_are_some_again()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        await SaveAsync("first");
        // The kernel counts for each user, and for root it does not count: so it is a user who has nothing else.
        var identity = Environment.IsPrivilegedProcess ? (string[])["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups"] : [];
        await LineProcess.RunAsync("chmod", ["-R", "777", home.PathOf(".")], null, Cancellation);
        await using var angel = Start([.. identity, Repository.StewardProgram, "up", "--data", home.Data, "--plain", "--listen", "http://127.0.0.1:0", "--config", config]);
        await Poll.UntilAsync(() => Task.FromResult(home.DaemonId), id => id > 0 || !ProcessCensus.IsAlive(angel.Id), Cancellation);
        await home.ReachesAsync("first", "Running");
        var daemon = home.DaemonId;

        var most = (await File.ReadAllLinesAsync($"/proc/{daemon}/limits", Cancellation)).Single(static line => line.StartsWith("Max processes", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        await LimitAsync(daemon, "1");
        await SaveAsync("first", "more");
        await Poll.UntilAsync(() => Task.FromResult(home.DaemonId != daemon || angel.Output.Items.Any(static line => line.Contains(" more: Restarting (", StringComparison.Ordinal) && line.Contains("no more processes: raise the limit", StringComparison.Ordinal))), static seen => seen, Cancellation);
        if (home.DaemonId == daemon)
            await LimitAsync(daemon, most);

        await home.ReachesAsync("first", "Running");
        await home.ReachesAsync("more", "Running");
        Signals.Send(angel.Id, Signals.Terminate);
        await angel.ExitAsync(Cancellation);

        LineProcess Start(string[] line) => LineProcess.Start(line[0], line[1..], new Dictionary<string, string>(home.Environment) { ["HOME"] = home.PathOf(".") });

        async Task LimitAsync(int pid, string processes)
        {
            string[] line = [.. identity, "prlimit", "--pid", $"{pid}", $"--nproc={processes}:"];
            await LineProcess.RunAsync(line[0], line[1..], null, Cancellation); // it may have ended meanwhile
        }

        async Task SaveAsync(params string[] ids)
        {
            var servers = new JsonObject();
            foreach (var id in ids)
                servers[id] = (await ShellServer.WriteAsync(home, id)).With("restartPolicy", new JsonObject { ["initialDelayMs"] = 300, ["maxDelayMs"] = 300, ["maxRestartAttempts"] = 1000 });
            await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = servers }.ToJsonString(), Cancellation);
        }
    }

    [Fact(Timeout = 180_000)]
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
