using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Servers that print without end. They use up a processor and memory is counted, so they have the time to themselves.</summary>
[CollectionDefinition(nameof(FloodTests), DisableParallelization = true)]
[Collection(nameof(FloodTests))]
public sealed class FloodTests
{
    private static readonly HealthPolicy Watchful = new() { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(5) };

    [Theory(Timeout = 60_000)]
    [InlineData("stderr-beside", LogSource.Stderr)]
    [InlineData("noise-beside", LogSource.Stdout)]
    public async Task Whoever_answers_beside_a_flood_is_served_and_stays_and_its_log_is_bounded(string fault, LogSource source)
    {
        await using var rig = await FaultRig.StartAsync(server => server with { Health = Watchful });
        Assert.Equal("flooding", await rig.CallAsync(fault));

        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100; i++)
            Assert.Equal($"call {i}", await rig.EchoAsync($"call {i}"));

        var log = rig.Log.Tail(int.MaxValue);
        Assert.InRange(log.Count, 1, new ServerLogOptions().MaxLines);
        Assert.Equal((source, "> banner of a server that cannot stop to talk"), (log[^1].Source, log[^1].Text));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 32 * 1024 * 1024);
        Assert.Equal((ServerState.Running, 0), (rig.Status.State, rig.Status.Restarts));
        Assert.Equal(fault == "noise-beside", rig.NoiseLines > 0);
    }
}
