using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>A daemon on a disk that is really full, and in a place that really is somebody else's.</summary>
public sealed class DegradedRegistryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task On_a_full_disk_servers_serve_changes_are_refused_and_all_is_well_when_there_is_room()
    {
        await using var home = new StewardHome();
        await WriteAsync(home, "empty.json", """{ "mcpServers": {} }""");
        await WriteAsync(home, "large.json", new JsonObject { ["command"] = Repository.TestServerProgram, ["args"] = new JsonArray("--mode", "echo"), ["env"] = new JsonObject { ["LARGE"] = new string('x', 2_000_000) } }.ToJsonString());
        await WriteAsync(home, "small.json", new JsonObject { ["command"] = Repository.TestServerProgram, ["args"] = new JsonArray("--mode", "echo") }.ToJsonString());
        await WriteAsync(home, "script", $$"""
            mount -t tmpfs -o size=8m none '{{Directory.CreateDirectory(home.Data).FullName}}' || exit 77
            cd '{{home.PathOf(".")}}'
            steward() { verb=$1; shift; '{{Repository.StewardProgram}}' "$verb" --data '{{home.Data}}' "$@"; }
            steward up --plain --listen http://127.0.0.1:0 --config empty.json >up.txt 2>&1 &
            until [ -e data/daemon.json ]; do sleep 0.1; kill -0 $! || exit 1; done
            steward add kept --definition @small.json
            cat /dev/zero >data/fill 2>/dev/null
            steward add refused --definition @large.json 2>&1; echo "exit $?"
            steward call kept echo '{"text":"still here"}'
            steward restart kept
            rm data/fill
            steward add after --definition @small.json
            steward list --json | tr ',' '\n' | grep '"id"'
            steward down
            wait
            """);

        var result = await LineProcess.RunAsync("unshare", ["-rm", "sh", home.PathOf("script")], home.Environment, Cancellation);

        Assert.SkipWhen(result.ExitCode == 77 || result.Errors.Contains("unshare:", StringComparison.Ordinal), "This system lets nobody make a small file system.");
        Assert.Contains("kept is added; it is Running", result.Output, StringComparison.Ordinal);
        Assert.Contains("the disk is full", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit 1", result.Output, StringComparison.Ordinal);
        Assert.Contains("still here", result.Output, StringComparison.Ordinal);
        Assert.Contains("kept is Running", result.Output, StringComparison.Ordinal);
        Assert.Contains("after is added; it is Running", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"refused\"", result.Output, StringComparison.Ordinal);
    }

    /// <summary>The kernel ends whoever writes beyond the limit, unless he says that he wants to hear of it otherwise.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Where_files_may_not_grow_servers_serve_changes_are_refused_and_all_is_well_when_they_may()
    {
        await using var home = new StewardHome();
        await WriteAsync(home, "empty.json", """{ "mcpServers": {} }""");
        await WriteAsync(home, "small.json", new JsonObject { ["command"] = Repository.TestServerProgram, ["args"] = new JsonArray("--mode", "echo") }.ToJsonString());
        await using var angel = await home.UpAsync(home.PathOf("empty.json"));
        var daemon = home.DaemonId;
        await home.DoAsync("add", "kept", "--definition", $"@{home.PathOf("small.json")}");

        await LimitFilesAsync(daemon, "1");
        var refused = await home.RunAsync("add", "refused", "--definition", $"@{home.PathOf("small.json")}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("ulimit -f", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("still here", await home.DoAsync("call", "kept", "echo", """{"text":"still here"}"""), StringComparison.Ordinal);
        await home.DoAsync("stop", "kept"); // also what is logged finds no place
        await LimitFilesAsync(daemon, "unlimited");

        await home.DoAsync("start", "kept");
        await home.DoAsync("add", "after", "--definition", $"@{home.PathOf("small.json")}");
        Assert.Equal(["after", "kept"], (await home.ReadAsync("/servers")).EnumerateArray().Select(server => server.GetProperty("id").GetString()!).Order());
        Assert.Equal(daemon, home.DaemonId);
        await home.DownAsync(angel);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_data_directory_that_may_not_be_written_is_said_in_one_sentence()
    {
        await using var home = new StewardHome();
        await WriteAsync(home, "script", $$"""
            mkdir -p '{{home.Data}}' && mount -t tmpfs -o size=1m,ro none '{{home.Data}}' || exit 77
            cd '{{home.PathOf(".")}}' && '{{Repository.StewardProgram}}' up --data '{{home.Data}}' --plain --listen http://127.0.0.1:0
            """);
        await WriteAsync(home, "mcp.json", """{ "mcpServers": {} }""");

        var result = await LineProcess.RunAsync("unshare", ["-rm", "sh", home.PathOf("script")], home.Environment, Cancellation);

        Assert.SkipWhen(result.ExitCode == 77 || result.Errors.Contains("unshare:", StringComparison.Ordinal), "This system lets nobody make a small file system.");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(home.Data, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_registry_of_a_newer_Steward_is_said_in_one_sentence()
    {
        await using var home = new StewardHome();
        await WriteAsync(home, "empty.json", """{ "mcpServers": {} }""");
        await using (var daemon = await home.UpAsync(home.PathOf("empty.json")))
            await home.DownAsync(daemon);
        var file = home.PathOf("data/steward.db");
        var bytes = await File.ReadAllBytesAsync(file, Cancellation);
        bytes[63] = 200; // the last byte of the header's user_version
        await File.WriteAllBytesAsync(file, bytes, Cancellation);

        var result = await home.RunAsync("up", "--plain", "--listen", "http://127.0.0.1:0", "--config", home.PathOf("empty.json"));

        Assert.Equal((1, 1), (result.ExitCode, result.Errors.Split('\n').Length));
        Assert.Contains("was written by a newer Steward (version 200;", result.Errors, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file, Cancellation));
    }

    private static async Task LimitFilesAsync(int pid, string bytes) => Assert.Equal(0, (await LineProcess.RunAsync("prlimit", ["--pid", $"{pid}", $"--fsize={bytes}:"], null, Cancellation)).ExitCode);

    private static Task WriteAsync(StewardHome home, string name, string text) => File.WriteAllTextAsync(home.PathOf(name), text, Cancellation);
}
