using Xunit;

namespace Steward.Tests.Server;

public sealed class HostStopTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_second_stop_may_force_what_the_first_began()
    {
        await using var rig = await HostRig.StartAsync(
            launch => launch.Succeed(run => run.OnStop = Forced),
            HostRig.TwoServers);
        using var force = new CancellationTokenSource();

        var first = rig.Host.StopAsync(CancellationToken.None);
        var second = rig.Host.StopAsync(force.Token);
        Assert.False(first.IsCompleted);
        await force.CancelAsync();

        await Task.WhenAll(first, second);
    }

    private static async Task Forced(CancellationToken force)
    {
        var forced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = force.Register(forced.SetResult);
        await forced.Task;
    }
}
