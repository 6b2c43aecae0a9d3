using Steward.Configuration;
using Steward.Registry;
using Steward.Server;
using Xunit;

namespace Steward.Tests.Server;

/// <summary>The servers of one client, where no daemon runs.</summary>
public sealed class SoloHostTests
{
    [Fact(Timeout = 30_000)]
    public async Task It_does_not_look_for_servers_by_itself()
    {
        using var temporary = new TemporaryData();
        var config = new StewardConfig { Servers = [], Discovery = new DiscoveryConfig { Auto = true, Sources = ["nowhere"] } };

        await using (var host = SoloHost.Start(config, RegistryContent.Empty, temporary.Data, TimeProvider.System))
            await host.StopAsync(TestContext.Current.CancellationToken);

        var log = Path.Combine(temporary.Data.Path, "stdio", "0", "daemon.log"); // in which a search would say that there is no such source
        Assert.DoesNotContain("nowhere", File.Exists(log) ? await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken) : "", StringComparison.Ordinal);
    }
}
