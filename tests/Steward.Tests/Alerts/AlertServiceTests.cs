using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Tests.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Alerts;

/// <summary>Alerts on their whole way: from a process that dies to those who want to hear of it.</summary>
public sealed class AlertServiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-alerts-").FullName;
    private readonly TaskCompletionSource<(PeerRequest, string)> _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string Note => Path.Combine(_folder, "note");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_dies_is_told_of_by_post_and_by_command()
    {
        var refusals = 1;
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            await request.RespondAsync(refusals-- > 0 ? 503 : 204);
            if (refusals < 0)
                _posted.TrySetResult((request, request.Context.Request.QueryString.Value!));
        });
        var file = Path.Combine(_folder, "mcp.json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["mcpServers"] = new JsonObject { ["dies"] = new JsonObject { ["command"] = "sh", ["args"] = new JsonArray("-c", "echo no disk >&2; exit 3"), ["restartPolicy"] = null } },
            ["alerts"] = new JsonObject
            {
                ["webhook"] = $"{peer.Url}?key=${{file:secret}}",
                ["headers"] = new JsonObject { ["X-Key"] = "${file:secret}" },
                ["command"] = new JsonArray("sh", "-c", "{ echo \"$STEWARD_SERVER $STEWARD_ALERT\"; cat; } > note.new; mv note.new note"),
            },
        }.ToJsonString(), Cancelled);
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret"), "s3cret", Cancelled);
        var manager = McpServerManager.FromJsonFile(file);
        await using (manager)
        {
            manager.StartAll();
            var (request, query) = await _posted.Task.WaitAsync(Cancelled);
            Assert.Equal("?key=s3cret", query);
            Assert.Equal("s3cret", request.Header("X-Key"));
            var told = request.Json!;
            Assert.Equal(("failed", "dies", "Crashed"), ((string)told["alert"]!, (string)told["server"]!, (string)told["state"]!));
            Assert.StartsWith("dies: ", (string)told["text"]!, StringComparison.Ordinal);
            Assert.Contains("no disk", (string)told["error"]!, StringComparison.Ordinal);
        }

        var note = await File.ReadAllLinesAsync(Note, Cancelled); // what was told before the manager ended has been sent
        Assert.Equal("dies failed", note[0]);
        Assert.Equal("dies", JsonDocument.Parse(note[1]).RootElement.GetProperty("server").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_cannot_be_told_troubles_nobody()
    {
        var loggers = new FakeLoggerFactory();
        var config = new StewardConfig
        {
            Servers = [new ServerConfig { Id = "dies", Command = "false", RestartPolicy = new RestartPolicy { MaxRestartAttempts = 0 } }],
            Alerts = new AlertsConfig { Command = ["no-such-program-here"], BaseDirectory = _folder },
        };
        await using var manager = new McpServerManager(config, new McpServerManagerOptions { LoggerFactory = loggers });
        manager.StartAll();

        var line = await loggers.Sees(text => text.Contains("'alerts'", StringComparison.Ordinal), Cancelled);

        Assert.Contains("dies: the command of 'alerts' did not take 'failed': Cannot start the command of 'alerts': 'no-such-program-here' was not found on PATH", line, StringComparison.Ordinal);
        Assert.Equal(ServerState.Crashed, manager.FindStatus("dies")!.State);
    }
}
