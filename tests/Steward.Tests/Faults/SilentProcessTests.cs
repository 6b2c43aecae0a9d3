using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Processes that live and are of no use any more: probes find them out.</summary>
public sealed class SilentProcessTests
{
    private static readonly HealthPolicy Watchful = new() { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(3), FailureThreshold = 2 };

    [Theory(Timeout = 180_000)]
    [InlineData("freeze")]
    [InlineData("deaf")]
    [InlineData("close-stdin")]
    [InlineData("half-line-stay")]
    [InlineData("endless-line")]
    [InlineData("noise")]
    public async Task Whoever_lives_and_does_not_answer_any_more_is_found_out_and_replaced(string fault)
    {
        await using var rig = await FaultRig.StartAsync(server => server with { Health = Watchful });
        var before = rig.Status;

        var told = await rig.FailAsync(fault);

        Assert.Contains("'bad'", told, StringComparison.Ordinal);
        var status = await rig.ReplacedAsync(before.Pid!.Value);
        Assert.Equal(before.Restarts + 1, status.Restarts);
    }
}
