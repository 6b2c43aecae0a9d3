using Microsoft.AspNetCore.TestHost;
using Steward.Configuration;
using Steward.Registry;
using Steward.Server;
using Steward.Supervision;
using Steward.Tests.Registry;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Shannon's manager: what it keeps in its database.</summary>
public sealed class ShannonRegistryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, the rows of its connections kept a server from being deleted.</summary>
    [Fact(Timeout = 30_000)]
    public async Task A_server_that_was_ever_connected_can_be_removed_and_its_connections_stay_readable()
    {
        using var folder = new StoreFolder();
        await using (var rig = await RegistryRig.StartAsync(time => folder.Create(time)))
        {
            await rig.Registry.AddAsync(Fleet.Server(), cancellationToken: Cancelled);
            await rig.Sees(2);
            await rig.Registry.DisconnectAsync(Fleet.Only, Cancelled);
            await rig.Sees(3);
            await rig.Registry.ConnectAsync(Fleet.Only, Cancelled);
            await rig.Sees(4);

            Assert.True(await rig.Registry.RemoveAsync(Fleet.Only, Cancelled));
            Assert.False(await rig.Registry.RemoveAsync(Fleet.Only, Cancelled));
        }

        await using var again = await RegistryRig.StartAsync(time => folder.Create(time));
        Assert.Empty(again.Registry.List());
        Assert.Equal(2, (await again.Registry.ReadConnectionsAsync(new HistoryQuery { Server = Fleet.Only }, Cancelled)).Count);
        await again.Registry.AddAsync(Fleet.Server(), cancellationToken: Cancelled);
    }

    /// <summary>There, the program forgot to start its manager: nothing was connected or watched, and the database never closed.</summary>
    [Fact(Timeout = 60_000)]
    public async Task The_program_starts_and_probes_what_is_registered_and_lets_go_of_its_database_when_it_ends()
    {
        using var temporary = new TemporaryData();
        await using (var first = await StartAsync(temporary, new FakeTimeProvider()))
            await first.Registry.AddAsync(Fleet.Server() with { Health = new HealthPolicy() }, cancellationToken: Cancelled);
        Assert.DoesNotContain(OpenFiles(), file => file.StartsWith(temporary.Data.Path, StringComparison.Ordinal));

        var time = new FakeTimeProvider();
        await using (var second = await StartAsync(temporary, time))
        {
            await second.Manager.WaitForStatusAsync(Fleet.Only, status => status.State == ServerState.Running, Cancelled);
            time.Advance(new HealthPolicy().Interval);
            await second.Manager.WaitForStatusAsync(Fleet.Only, status => status.Health == ServerHealth.Healthy, Cancelled);
            Assert.Contains(OpenFiles(), file => file.StartsWith(temporary.Data.Path, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(OpenFiles(), file => file.StartsWith(temporary.Data.Path, StringComparison.Ordinal));
    }

    /// <summary>There, discovered servers could not be imported, and nothing was ever updated, enabled or disabled.</summary>
    [Fact(Timeout = 30_000)]
    public async Task Every_field_of_a_server_can_be_changed_and_is_read_again()
    {
        using var folder = new StoreFolder();
        var changed = new ServerConfig
        {
            Id = Fleet.Only,
            Name = "Files",
            Command = "other",
            Args = ["-v", "two words"],
            Env = new Dictionary<string, string> { ["KEY"] = "value" },
            Tags = ["work"],
            StartupTimeout = TimeSpan.FromSeconds(7),
            RequestTimeout = TimeSpan.FromSeconds(9),
            RestartPolicy = new RestartPolicy { MaxRestartAttempts = 3, InitialDelay = TimeSpan.FromSeconds(2) },
            Health = new HealthPolicy { Interval = TimeSpan.FromSeconds(60) },
            Disabled = true,
            BaseDirectory = "/srv",
        };
        DateTimeOffset updated;
        await using (var rig = await RegistryRig.StartAsync(time => folder.Create(time)))
        {
            await rig.Registry.AddAsync(Fleet.Server(), cancellationToken: Cancelled);
            rig.Time.Advance(TimeSpan.FromMinutes(5));
            updated = rig.Time.GetUtcNow();
            await rig.Registry.UpdateAsync(changed, Cancelled);
        }

        await using var again = await RegistryRig.StartAsync(time => folder.Create(time));
        var entry = Assert.Single(again.Registry.List());
        Samples.Equal(changed, entry.Config);
        Assert.Equal((FakeTimeProvider.Start, updated, ServerState.Disabled), (entry.Created, entry.Updated, entry.Status.State));
    }

    private static Task<StewardHost> StartAsync(TemporaryData temporary, FakeTimeProvider time) => StewardHost.StartAsync(
        new StewardHostOptions
        {
            Config = new StewardConfig { Servers = [] },
            Data = temporary.Data,
            Time = time,
            Launcher = new FakeLauncher { OnLaunch = launch => launch.Succeed() },
            Customize = builder => builder.WebHost.UseTestServer(),
        },
        Cancelled);

    private static List<string> OpenFiles()
    {
        List<string> open = [];
        foreach (var descriptor in Directory.GetFiles("/proc/self/fd"))
        {
            try
            {
                if (new FileInfo(descriptor).LinkTarget is { } file)
                    open.Add(file);
            }
            catch (IOException)
            {
                // Closed since it was listed.
            }
        }

        return open;
    }
}
