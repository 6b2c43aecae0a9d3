using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Hosting;
using Steward.Processes;
using Steward.Registry;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Hosting;

public sealed class ManagerOptionsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Defaults_of_the_manager_hold_where_a_definition_says_nothing_else()
    {
        var options = new McpServerManagerOptions
        {
            HealthCheckInterval = TimeSpan.FromSeconds(7),
            HealthCheckTimeout = TimeSpan.FromSeconds(2),
            MaxConsecutiveFailures = 5,
            AutoRestart = false,
            GracePeriod = TimeSpan.FromSeconds(1),
        };
        var plain = options.Defaults.Over(new ServerConfig { Id = "a", Command = "x" });
        Assert.Equal((7, 2, 5), (plain.Health.Interval.TotalSeconds, plain.Health.Timeout.TotalSeconds, plain.Health.FailureThreshold));
        Assert.Equal((RestartPolicy.Never, TimeSpan.FromSeconds(1)), (plain.RestartPolicy, plain.Shutdown.Grace));

        var own = new ServerConfig
        {
            Id = "b",
            Command = "x",
            Health = new HealthPolicy { Interval = TimeSpan.FromSeconds(9), Timeout = TimeSpan.FromSeconds(1), FailureThreshold = 1 },
            RestartPolicy = new RestartPolicy { MaxRestartAttempts = 2 },
            Shutdown = new ShutdownPolicy { Grace = TimeSpan.FromSeconds(3) },
        };
        Assert.Equal(own, options.Defaults.Over(own));
    }

    [Fact(Timeout = 10_000)]
    public async Task Defaults_of_the_manager_hold_for_servers_that_come_or_change_later_too()
    {
        var options = new McpServerManagerOptions { GracePeriod = TimeSpan.FromSeconds(1), AutoRestart = false };
        await using var manager = new McpServerManager([Fleet.Server("a")], options);
        options.GracePeriod = TimeSpan.FromSeconds(2); // too late

        await manager.AddServerAsync(Fleet.Server("b"), start: false, Cancelled);
        await manager.UpdateServerAsync(Fleet.Server("a") with { Command = "other" }, Cancelled);
        var wanted = new StewardConfig { Servers = [Fleet.Server("a") with { Command = "yet another" }, Fleet.Server("c")] };
        await manager.ApplyAsync(ConfigPlan.Between(new StewardConfig { Servers = [Fleet.Server("a")] }, wanted), Cancelled);

        Assert.Equal([("a", "yet another"), ("c", "fake"), ("b", "fake")], manager.Configs.Select(config => (config.Id, config.Command)));
        Assert.All(manager.Servers, server => Assert.Equal((TimeSpan.FromSeconds(1), RestartPolicy.Never), (server.Meant.Shutdown.Grace, server.Meant.RestartPolicy)));
        Assert.Equal((new ShutdownPolicy(), new RestartPolicy()), (manager.FindConfig("b")!.Shutdown, manager.FindConfig("b")!.RestartPolicy)); // nobody has said so of the server
        Assert.DoesNotContain("graceMs", manager.ToJson(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_builder_puts_code_texts_and_files_together_in_their_order()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("steward-").FullName, "mcp.json");
        await File.WriteAllTextAsync(file, """{ "mcpServers": { "file": { "command": "x" } } }""", Cancelled);
        var builder = McpServerManager.CreateBuilder()
            .AddServer(Fleet.Server("code"))
            .AddJson("""{ "mcpServers": { "text": { "command": "x" } } }""")
            .AddJsonFile(file)
            .AddJsonFile(file + ".none", optional: true)
            .AddServer("far", new Uri("http://127.0.0.1:9/mcp"))
            .Configure(options => options.Name = "mine");

        await using (var manager = builder.Build())
            Assert.Equal(("mine", "code text file far"), (manager.Name, string.Join(' ', manager.Configs.Select(config => config.Id))));

        var twice = Assert.Throws<ConfigException>(() => builder.AddServer(Fleet.Server("text")).Build());
        Assert.Contains("text", Assert.Single(twice.Problems).Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void What_is_no_server_is_refused()
    {
        Assert.Throws<ArgumentNullException>("servers", () => new McpServerManager((IEnumerable<ServerConfig>)null!));
        Assert.Throws<ArgumentNullException>("config", () => new McpServerManager((StewardConfig)null!));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_history_can_be_read_as_far_as_it_is_kept()
    {
        await using var manager = new McpServerManager([], new() { HistoryLimit = 3_000 });
        for (var i = 0; i < 4_000; i++)
            manager.History.RecordEvent("a", LifecycleEventKind.Started);

        Assert.Equal(3_000, manager.History.GetEvents(limit: int.MaxValue).Count);
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => manager.History.GetEvents(limit: 0));
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => manager.History.GetConnections(limit: 0));
    }

    [Fact]
    public void What_is_out_of_range_is_refused_with_all_mends()
    {
        var options = new McpServerManagerOptions
        {
            Name = " ",
            HealthCheckInterval = TimeSpan.Zero,
            HealthCheckTimeout = TimeSpan.Zero,
            MaxConsecutiveFailures = 0,
            GracePeriod = TimeSpan.FromSeconds(-1),
            HistoryLimit = 0,
        };
        var message = Assert.Throws<ArgumentException>(() => new McpServerManager([Fleet.Server()], options)).Message;
        foreach (var name in (string[])["Name", "HealthCheckInterval", "HealthCheckTimeout", "MaxConsecutiveFailures", "GracePeriod", "HistoryLimit"])
            Assert.Contains($"{name} is ", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new McpServerManager([], new() { HealthCheckInterval = TimeSpan.FromDays(2) })); // no definition may say that either
        Assert.Throws<ArgumentException>(() => new McpServerManager([], new() { GracePeriod = TimeSpan.FromHours(1) }));
    }

    [Fact(Timeout = 10_000)]
    public async Task Two_managers_do_not_share_a_data_directory()
    {
        var directory = Directory.CreateTempSubdirectory("steward-");
        var options = new McpServerManagerOptions { DataDirectory = directory.FullName };
        await using (var first = new McpServerManager([Fleet.Server()], options))
        {
            var failure = Assert.Throws<DataDirectoryInUseException>(() => new McpServerManager([Fleet.Server()], options));
            Assert.Contains(directory.FullName, failure.Message, StringComparison.Ordinal);
        }

        await using (var next = new McpServerManager([Fleet.Server()], options))
            Assert.Single(next.GetAllStatuses());
        directory.Delete(recursive: true);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_manager_that_cannot_be_made_leaves_its_data_directory_free()
    {
        var directory = Directory.CreateTempSubdirectory("steward-");
        var options = new McpServerManagerOptions { DataDirectory = directory.FullName, LoggerFactory = null! };
        Assert.ThrowsAny<Exception>(() => new McpServerManager([Fleet.Server()], options));

        options.LoggerFactory = NullLoggerFactory.Instance;
        await using (var manager = new McpServerManager([Fleet.Server()], options))
            Assert.Single(manager.GetAllStatuses());
        directory.Delete(recursive: true);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_log_of_a_server_ends_with_it()
    {
        await using var manager = new McpServerManager([Fleet.Server("a")]);
        var log = manager.GetLog("a");
        log.Append(LogSource.Steward, "first");
        var lines = log.ReadAsync(10, follow: true, Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await lines.MoveNextAsync());
        var further = lines.MoveNextAsync();

        await manager.RemoveServerAsync("a", Cancelled);

        Assert.False(await further);
        await manager.AddServerAsync(Fleet.Server("a"), start: false, Cancelled);
        Assert.Equal(0, manager.GetLog("a").LineCount);
    }

    [Fact(Timeout = 10_000)]
    public async Task Servers_are_written_as_they_were_read_and_two_who_save_do_not_mix()
    {
        const string Text = """{ "mcpServers": { "a": { "command": "x", "env": { "K": "${env:TOKEN:-t}" }, "ours": { "deep": 1 } }, "b": { "url": "http://127.0.0.1:9/mcp" } } }""";
        await using var manager = McpServerManager.FromJson(Text);
        var file = Path.Combine(Directory.CreateTempSubdirectory("steward-").FullName, "mcp.json");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => manager.SaveJsonFileAsync(file, TestContext.Current.CancellationToken)));

        Assert.Equal(manager.ToJson(), await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await using var again = McpServerManager.FromJsonFile(file);
        Assert.Equal(manager.ToJson(), again.ToJson());
        Assert.Contains("\"deep\": 1", again.ToJson(), StringComparison.Ordinal);
        Assert.Contains("${env:TOKEN:-t}", again.ToJson(), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }
}
