using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>What the registry remembers from one run of the daemon to the next, and for clients where no daemon runs.</summary>
public sealed class RestartedRegistryTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"script","version":"1"}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task Registered_servers_are_served_by_the_next_daemon_with_all_that_was_learned_of_them()
    {
        await using var home = new StewardHome();
        await File.WriteAllTextAsync(home.PathOf("empty.json"), """{ "mcpServers": {} }""", Cancellation);
        await using (var first = await home.UpAsync(home.PathOf("empty.json")))
        {
            Assert.Equal("legacy is added; it is Running", await home.DoAsync("add", "legacy", "--tag", "work", "--", "sh", "-c", $"tee -a '{home.PathOf("asked")}' | '{Repository.TestServerProgram}' --mode echo"));
            Assert.Equal("late is added; it is Running", await home.DoAsync("add", "late", "--", "sh", "-c", $"if [ -e '{home.PathOf("asked-twice")}' ]; then exec sleep 100; fi; exec '{Repository.TestServerProgram}' --mode echo"));
            await home.DoAsync("add", "off", "--", Repository.TestServerProgram, "--mode", "echo");
            Assert.Equal("off is disabled; it is Disabled", await home.DoAsync("disable", "off"));
            await home.DownAsync(first);
        }

        Assert.Contains("server/discover", await File.ReadAllTextAsync(home.PathOf("asked"), Cancellation), StringComparison.Ordinal);
        File.Move(home.PathOf("asked"), home.PathOf("asked-before"));
        await File.WriteAllTextAsync(home.PathOf("asked-twice"), "", Cancellation);

        await using (var second = await home.UpAsync())
        {
            await home.ReachesAsync("legacy", "Running");
            Assert.Contains("legacy__echo", await home.DoAsync("tools"), StringComparison.Ordinal);
            var asked = await File.ReadAllTextAsync(home.PathOf("asked"), Cancellation);
            Assert.Contains("\"initialize\"", asked, StringComparison.Ordinal);
            Assert.DoesNotContain("server/discover", asked, StringComparison.Ordinal);

            await home.ReachesAsync("late", "Starting");
            var remembered = await home.ReadAsync("/servers/late/catalogue");
            Assert.Contains(remembered.GetProperty("tools").EnumerateArray(), tool => tool.GetProperty("name").ValueEquals("echo"));

            await home.ReachesAsync("off", "Disabled");
            Assert.Equal("Started Stopped Started", await Poll.ForAsync(() => KindsAsync(home, "legacy"), kinds => kinds == "Started Stopped Started"));
            Assert.Equal("Added Disabled Started Stopped", string.Join(' ', (await KindsAsync(home, "off", "Added", "Disabled")).Split(' ').Order()));
            await home.DownAsync(second);
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Without_a_daemon_a_client_is_served_what_was_added_and_is_enabled()
    {
        await using var home = new StewardHome();
        await KeepServersAsync(home);

        var tools = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EchoesAsync(home, 1)));

        Assert.All(tools, seen => Assert.Equal("added__echo", seen));
        Assert.Equal("echo", await EchoesAsync(home, 1, "--server", "added"));
        await File.WriteAllTextAsync(home.PathOf("mcp.json"), new JsonObject { ["mcpServers"] = new JsonObject { ["file"] = Upstreams.TestServer("--mode", "echo"), ["off"] = Upstreams.TestServer("--mode", "echo") } }.ToJsonString(), Cancellation);
        Assert.Equal("added__echo file__echo off__echo", await EchoesAsync(home, 3, "--config", home.PathOf("mcp.json")));
    }

    [Fact(Timeout = 300_000)]
    public async Task A_daemon_and_clients_that_start_at_the_same_time_share_one_data_directory()
    {
        await using var home = new StewardHome();
        await KeepServersAsync(home);

        var clients = Enumerable.Range(0, 4).Select(_ => EchoesAsync(home, 1)).ToList();
        await using var daemon = await home.UpAsync();
        var refused = await home.RunAsync("up", "--plain", "--listen", "http://127.0.0.1:0");

        Assert.All(await Task.WhenAll(clients), seen => Assert.Equal("added__echo", seen));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("A daemon is already running with the data directory", refused.Errors, StringComparison.Ordinal);
        await home.ReachesAsync("added", "Running");
        var definitions = await home.ReadAsync("/definitions");
        Assert.Equal((2, 0), (definitions.GetProperty("servers").GetArrayLength(), definitions.GetProperty("unreadable").GetArrayLength()));
        Assert.DoesNotContain(Directory.EnumerateFiles(home.Data), file => file.Contains("damaged", StringComparison.Ordinal));
        await home.DownAsync(daemon);
    }

    private static async Task KeepServersAsync(StewardHome home)
    {
        await using var daemon = await UpEmptyAsync(home);
        await home.DoAsync("add", "added", "--", Repository.TestServerProgram, "--mode", "echo");
        await home.DoAsync("add", "off", "--disabled", "--", Repository.TestServerProgram, "--mode", "echo");
        await home.DownAsync(daemon);
    }

    private static async Task<LineProcess> UpEmptyAsync(StewardHome home)
    {
        await File.WriteAllTextAsync(home.PathOf("empty.json"), """{ "mcpServers": {} }""", Cancellation);
        return await home.UpAsync(home.PathOf("empty.json"));
    }

    /// <summary>The tools named echo that a client of <c>steward stdio</c> is offered, once there are as many.</summary>
    private static async Task<string> EchoesAsync(StewardHome home, int count, params string[] arguments)
    {
        await using var command = home.Start("stdio", arguments);
        await command.WriteLineAsync(Initialize);
        var id = 1;
        var echoes = await Poll.UntilAsync(async () =>
        {
            await command.WriteLineAsync($$"""{"jsonrpc":"2.0","id":{{++id}},"method":"tools/list"}""");
            var answer = JsonElement.Parse(await command.Output.FirstAsync(line => line.Contains($"\"id\":{id}", StringComparison.Ordinal), Cancellation));
            return answer.GetProperty("result").Names("tools").Where(name => name.EndsWith("echo", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        }, echoes => echoes.Count >= count, Cancellation);
        command.CloseInput();
        await command.ExitAsync(Cancellation);
        return string.Join(' ', echoes);
    }

    private static async Task<string> KindsAsync(StewardHome home, string server, params string[] also)
    {
        string[] shown = ["Started", "Stopped", .. also];
        var rows = await home.ReadAsync($"/history/events?server={server}");
        return string.Join(' ', rows.EnumerateArray().Select(row => row.GetProperty("kind").GetString()!).Where(shown.Contains).Reverse());
    }
}
