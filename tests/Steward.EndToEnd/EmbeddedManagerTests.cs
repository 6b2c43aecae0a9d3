extern alias library;

using System.Text.Json.Nodes;
using library::Steward;
using library::Steward.Configuration;
using library::Steward.Supervision;
using ModelContextProtocol.Protocol;
using Steward.EndToEnd.Running;
using Xunit;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 are told by a request how much to log.

namespace Steward.EndToEnd;

/// <summary>A manager within a program, and real processes.</summary>
public sealed class EmbeddedManagerTests
{
    private const string Id = "fixture";
    private const string Watched = "test://watched-resource";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task What_a_program_has_set_at_a_server_is_set_again_after_its_process_was_killed_and_its_log_goes_on()
    {
        await using var manager = new McpServerManager([new ServerConfig
        {
            Id = Id,
            Command = Repository.TestServerProgram,
            RestartPolicy = new() { InitialDelay = TimeSpan.Zero },
        }]);
        await manager.StartServerAsync(Id, Cancelled);
        await manager.SubscribeToResourceAsync(Id, Watched, Cancelled);
        await manager.SetLoggingLevelAsync(Id, LoggingLevel.Warning, Cancelled);
        var before = manager.GetStatus(Id);

        Signals.Send(before.Pid!.Value, Signals.Kill);
        await manager.WaitForStatusAsync(Id, status => status.State == ServerState.Running && status.Pid != before.Pid, Cancelled);
        var set = await Poll.UntilAsync(() => WhoAmIAsync(manager), static who => who["subscriptions"]!.AsArray().Count > 0 && (string?)who["logLevel"] == "warning", Cancelled);
        Assert.Equal(Watched, (string?)set["subscriptions"]![0]);
        Assert.NotEqual(before.Pid, (int?)set["pid"]);
        Assert.Equal(Id, manager.GetLog(Id).ServerId);
        Assert.Throws<UnknownServerException>(() => manager.GetLog("nobody"));
    }

    private static async Task<JsonNode> WhoAmIAsync(McpServerManager manager) =>
        JsonNode.Parse(((TextContentBlock)(await manager.CallToolAsync(Id, "whoami", cancellationToken: Cancelled)).Content[0]).Text)!;
}
