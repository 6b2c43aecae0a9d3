using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Steward.Clients;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Testing;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Hosting;

public sealed class HostingTests
{
    private readonly FakeLauncher _launcher = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Servers_start_and_stop_with_the_host_which_waits_for_none_of_them()
    {
        using var host = Build(builder => builder.AddServer(Fleet.Server("a")).AddServer(Fleet.Server("hangs")));
        await host.StartAsync(Cancelled);
        var manager = host.Services.GetRequiredService<McpServerManager>();
        FakeLaunch[] launches = [await _launcher.NextAsync(Cancelled), await _launcher.NextAsync(Cancelled)];
        launches.Single(launch => launch.Config.Id == "a").Succeed();
        await manager.WaitForStatusAsync("a", status => status.State == ServerState.Running, Cancelled);
        Assert.Equal(ServerState.Starting, manager.GetStatus("hangs").State);

        await host.StopAsync(Cancelled);
        Assert.All(manager.GetAllStatuses(), status => Assert.Equal(ServerState.Stopped, status.State));
    }

    [Fact(Timeout = 10_000)]
    public async Task Options_and_definitions_are_checked_when_the_host_starts()
    {
        using (var host = Build(builder => builder.AddServer(Fleet.Server("a")), services => services.Configure<McpServerManagerOptions>(options => options.MaxConsecutiveFailures = 0)))
        {
            var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancelled));
            Assert.Equal("MaxConsecutiveFailures is 0; give 1 to 1,000.", failure.Message);
        }

        using (var host = Build(builder => builder.AddServer(Fleet.Server("no spaces")).AddJson("""{ "mcpServers": { "x": { "cmd": 1 } } }""").AddJsonFile("nowhere.json")))
        {
            var failure = await Assert.ThrowsAsync<ConfigException>(() => host.StartAsync(Cancelled));
            Assert.Contains(failure.Problems, problem => problem.Message.Contains("nowhere.json", StringComparison.Ordinal));
            Assert.Contains(failure.Problems, problem => problem.Path.Contains("mcpServers.x", StringComparison.Ordinal));
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task The_health_check_tells_who_is_not_well()
    {
        using var host = Build(builder => builder.AddServer(Fleet.Server("a")).AddServer(Fleet.Server("b")).AddServer(Fleet.Server("off") with { Disabled = true }));
        var checks = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Unhealthy, (await checks.CheckHealthAsync(Cancelled)).Status);

        await host.StartAsync(Cancelled);
        FakeLaunch[] launches = [await _launcher.NextAsync(Cancelled), await _launcher.NextAsync(Cancelled)];
        launches.Single(launch => launch.Config.Id == "a").Succeed();
        launches.Single(launch => launch.Config.Id == "b").Fail("no such program", isPermanent: true);
        var manager = host.Services.GetRequiredService<McpServerManager>();
        await manager.WaitUntilSettledAsync(Cancelled);
        var entry = (await checks.CheckHealthAsync(Cancelled)).Entries["mcp-servers"];
        Assert.Equal((HealthStatus.Degraded, "steward: 1 of 2 servers are not well: b (FailedToStart)."), (entry.Status, entry.Description));
        Assert.Equal(["a=Running", "b=FailedToStart"], entry.Data.Select(pair => $"{pair.Key}={pair.Value}"));

        await manager.RemoveServerAsync("b", Cancelled);
        Assert.Equal(HealthStatus.Healthy, (await checks.CheckHealthAsync(Cancelled)).Status);
        await host.StopAsync(Cancelled);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_host_says_how_bad_it_is_that_no_server_is_well()
    {
        using var host = Build(builder => builder.AddServer(Fleet.Server("a")), services => services.AddHealthChecks().AddMcpServers("lenient", HealthStatus.Degraded));

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancelled);

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Degraded), (report.Entries["mcp-servers"].Status, report.Entries["lenient"].Status));
    }

    [Fact(Timeout = 10_000)]
    public void One_host_has_one_manager()
    {
        var services = new ServiceCollection().AddMcpServerManager(_ => { });
        Assert.Throws<InvalidOperationException>(() => services.AddMcpServerManager("mcp.json"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Options_come_from_configuration_services_and_tests()
    {
        var notes = new InMemoryServer("notes", new McpServerOptions { ToolCollection = [McpServerTool.Create(() => "from memory", new() { Name = "read" })] });
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection([new("Mcp:Name", "from configuration"), new("Mcp:HealthCheckInterval", "00:00:10")]);
        builder.Services.AddMcpServerManager(servers => servers.AddServer("notes", "no-such-program"));
        builder.Services.Configure<McpServerManagerOptions>(builder.Configuration.GetSection("Mcp"));
        builder.Services.AddSingleton(new ServerHandlers());
        builder.Services.AddOptions<McpServerManagerOptions>().Configure<ServerHandlers>((options, handlers) => options.Handlers = handlers);
        builder.Services.Configure<McpServerManagerOptions>(options => options.InMemoryServers.Add(notes));
        using var host = builder.Build();
        await host.StartAsync(Cancelled);
        var manager = host.Services.GetRequiredService<McpServerManager>();

        await manager.WaitForStatusAsync("notes", status => status.State == ServerState.Running, Cancelled);

        Assert.Equal("from memory", Assert.IsType<TextContentBlock>(Assert.Single((await manager.CallToolAsync("notes", "read", cancellationToken: Cancelled)).Content)).Text);
        Assert.Equal(("from configuration", TimeSpan.FromSeconds(10)), (manager.Name, Assert.Single(manager.Servers).Meant.Health.Interval));
        Assert.Same(host.Services.GetRequiredService<ServerHandlers>(), host.Services.GetRequiredService<IOptions<McpServerManagerOptions>>().Value.Handlers);
        await host.StopAsync(Cancelled);
    }

    private IHost Build(Action<McpServerManagerBuilder> build, Action<IServiceCollection>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        builder.Services.AddMcpServerManager(manager => build(manager.Configure(options => options.Adjust = host => host with { Launcher = _launcher })));
        builder.Services.AddHealthChecks().AddMcpServers();
        more?.Invoke(builder.Services);
        return builder.Build();
    }
}
