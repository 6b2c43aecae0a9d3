using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Making the servers what a configuration says.</summary>
public sealed class ApplyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_plan_touches_what_it_is_about_and_nothing_else()
    {
        await using var fleet = new Fleet(Fleet.Server("gone"), Fleet.Server("same"), Fleet.Server("other"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        await fleet.Manager.AddServerAsync(Fleet.Server("registered"), cancellationToken: Cancelled);
        var same = fleet.Manager.FindStatus("same")!;

        var outcomes = await ApplyAsync(fleet, Fleet.Server("new"), Fleet.Server("same"), Fleet.Server("other") with { Args = ["1"] });

        Assert.Equal([("gone", "removed", null), ("new", "added", ServerState.Running), ("other", "restarted", (ServerState?)ServerState.Running)],
            outcomes.Select(outcome => (outcome.Id, outcome.Done, outcome.Status?.State)));
        Assert.Same(same, fleet.Manager.FindStatus("same"));
        Assert.Equal(["new", "same", "other", "registered"], fleet.Manager.GetAllStatuses().Select(status => status.Id));
        Assert.Equal(["new", "same", "other"], fleet.Manager.Declared.Select(server => server.Id));
    }

    [Fact(Timeout = 10_000)]
    public async Task What_goes_has_ended_before_anything_new_is_started()
    {
        await using var fleet = new Fleet(Fleet.Server("old"));
        var gate = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnStop = _ => gate.Task);

        var applying = ApplyAsync(fleet, Fleet.Server("new"));
        await run.StopRequested;
        Assert.Equal(1, fleet.Launcher.Count);
        gate.SetResult();
        await fleet.Ready();

        Assert.All(await applying, outcome => Assert.Null(outcome.Error));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_does_not_come_up_is_told_and_the_others_are_done()
    {
        await using var fleet = new Fleet(Fleet.Server("a"), Fleet.Server("b"));
        fleet.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Args is ["broken"])
                launch.Fail("exit code 2");
            else
                launch.Succeed();
        };
        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        var outcomes = await ApplyAsync(fleet, Fleet.Server("a") with { Args = ["broken"] }, Fleet.Server("b") with { Args = ["fine"] });

        Assert.Contains("exit code 2", outcomes[0].Error!, StringComparison.Ordinal);
        Assert.Contains("it runs on by the old one", outcomes[0].Error!, StringComparison.Ordinal);
        Assert.Null(outcomes[1].Error);
        Assert.Equal(["fine"], fleet.Manager.FindConfig("b")!.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_declared_server_takes_the_place_of_a_registered_one_which_comes_back_when_it_goes()
    {
        await using var fleet = new Fleet(Fleet.Server("a"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        var registered = Fleet.Server("b") with { Args = ["registered"] };
        await fleet.Manager.AddServerAsync(registered, cancellationToken: Cancelled);
        fleet.Manager.FindRegistered = id => id == "b" ? registered : null;

        var taken = Assert.Single(await ApplyAsync(fleet, Fleet.Server("a"), Fleet.Server("b") with { Args = ["declared"] }));
        Assert.Equal(("added", ServerOrigin.Declared), (taken.Done, taken.Status!.Origin));
        Assert.Contains("registered", taken.Warning!, StringComparison.Ordinal);
        Assert.Equal(["declared"], fleet.Manager.FindConfig("b")!.Args);

        var back = Assert.Single(await ApplyAsync(fleet, Fleet.Server("a")));
        Assert.Equal(ServerOrigin.Registered, back.Status!.Origin);
        Assert.Equal(["registered"], fleet.Manager.FindConfig("b")!.Args);
    }

    private static Task<IReadOnlyList<ServerOutcome>> ApplyAsync(Fleet fleet, params ServerConfig[] wanted) => fleet.Manager.ApplyAsync(
        ConfigPlan.Between(new StewardConfig { Servers = fleet.Manager.Declared }, new StewardConfig { Servers = wanted }), Cancelled);
}
