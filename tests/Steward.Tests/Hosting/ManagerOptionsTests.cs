using Steward.Configuration;
using Steward.Hosting;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Hosting;

public sealed class ManagerOptionsTests
{
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
        var plain = options.Over(new ServerConfig { Id = "a", Command = "x" });
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
        Assert.Equal(own, options.Over(own));
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
