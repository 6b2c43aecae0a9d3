using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Packaging;

/// <summary>The command as a .NET tool, whose daemon is started by the tool itself: from an installed package and from nothing else.</summary>
public sealed class ToolPackageTests
{
    [Fact(Timeout = 600_000)]
    public async Task An_installed_tool_survives_the_death_of_its_daemon()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var packed = await PackedFolder.OfAsync("Steward.Cli");
        Assert.Equal([$"Steward.Cli.{PackedFolder.Version}.nupkg"], packed.Files);

        await packed.DotnetAsync("tool", "install", "Steward.Cli", "--version", PackedFolder.Version, "--tool-path", packed.PathOf("tools"), "--configfile", packed.PathOf("nuget.config"));
        var servers = new JsonObject { ["echo"] = Upstreams.TestServer("--mode", "echo"), ["forks"] = Upstreams.TestServer("--mode", "forks", "--how", "daemon") };
        await using var steward = await StewardProcess.StartReadyAsync(servers, cancellation, program: packed.PathOf("tools", "steward"));
        var killed = steward.DaemonId;
        var old = steward.Census.Living().Where(process => process.Id != steward.GuardianId).Select(process => process.Id).ToArray();

        steward.KillDaemon();

        Assert.Empty(await Poll.ForAsync(() => old.Where(ProcessCensus.IsAlive).ToArray(), alive => alive.Length == 0));
        await steward.ReadFactsAsync(after: killed, cancellation);
        await steward.ReachesAsync("echo", "Running", cancellation);
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("echo"), "after", cancellation);
        Assert.Equal("again", (await client.CallAsync("echo", new() { ["text"] = "again" }, cancellation)).Text);
    }
}
