using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>What a configuration file says, beside what is said at run time of the same server.</summary>
public sealed class DeclaringTests
{
    private const string On = """ "x": { "command": "file" } """;
    private const string Off = """ "x": { "command": "file", "disabled": true } """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Who_enables_what_the_file_has_disabled_since_overrules_the_file()
    {
        var store = new MemoryRegistryStore(new FakeTimeProvider());
        await using (var rig = await DeclaringRig.StartAsync(On, store))
        {
            await rig.Registry.DisableAsync("x", Cancelled);
            await rig.ApplyAsync(Off);

            await rig.Registry.EnableAsync("x", Cancelled);
            await rig.ApplyAsync(Off.Replace("file", "other", StringComparison.Ordinal));

            Assert.Equal(("other", ServerState.Running), (rig.Manager.FindConfig("x")!.Command, rig.Manager.FindStatus("x")!.State));
        }

        await using var again = await DeclaringRig.StartAsync(Off, store);
        await again.Reaches("x", ServerState.Running);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_said_against_the_file_is_forgotten_when_the_file_says_the_same(bool overARestart)
    {
        var store = new MemoryRegistryStore(new FakeTimeProvider());
        await using (var rig = await DeclaringRig.StartAsync(On, store))
        {
            await rig.Registry.DisableAsync("x", Cancelled);
            if (!overARestart)
                await rig.ApplyAsync(Off);
        }

        await using var last = await DeclaringRig.StartAsync(Off, store);
        Assert.Equal(ServerState.Disabled, last.Manager.FindStatus("x")!.State);

        await last.ApplyAsync(On);

        Assert.Equal(ServerState.Running, last.Manager.FindStatus("x")!.State);
        Assert.Empty((await store.Servers.ReadAsync(Cancelled)).Overrides);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_goes_back_to_what_the_file_says_leaves_it_to_the_file()
    {
        await using var rig = await DeclaringRig.StartAsync(On);
        await rig.Registry.DisableAsync("x", Cancelled);
        await rig.Registry.EnableAsync("x", Cancelled);

        await rig.ApplyAsync(Off);

        Assert.Equal(ServerState.Disabled, rig.Manager.FindStatus("x")!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_cannot_be_forgotten_now_does_not_keep_the_file_from_being_taken_over()
    {
        await using var rig = await DeclaringRig.StartAsync(On);
        await rig.Registry.DisableAsync("x", Cancelled);
        rig.Store.Before = (_, _) => throw new RegistryException("the disk is full");

        await rig.ApplyAsync(Off + """, "y": { "command": "file" } """);

        Assert.Equal(ServerState.Running, rig.Manager.FindStatus("y")!.State);
        rig.Store.Before = (_, _) => Task.CompletedTask;
        await rig.ApplyAsync(Off);
        await rig.ApplyAsync(On);
        Assert.Equal(ServerState.Running, rig.Manager.FindStatus("x")!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_becomes_declared_while_it_is_removed_is_there_by_its_declaration()
    {
        await using var rig = await DeclaringRig.StartAsync("");
        await rig.Registry.AddAsync(Fleet.Server("x"), cancellationToken: Cancelled);
        var pause = rig.PauseBefore("remove");
        var removing = rig.Registry.RemoveAsync("x", Cancelled);
        await pause.Reached;

        var applying = rig.ApplyAsync(On);
        pause.End();
        await removing;
        await applying;

        Assert.Equal(("file", ServerState.Running), (rig.Manager.FindConfig("x")?.Command, rig.Manager.FindStatus("x")?.State));
        Assert.Equal((true, false), (rig.Registry.Find("x")!.IsDeclared, rig.Registry.Find("x")!.HidesRegistered));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_hidden_server_that_is_forgotten_while_its_declaration_goes_does_not_come_back()
    {
        await using var rig = await DeclaringRig.StartAsync("");
        await rig.Registry.AddAsync(Fleet.Server("x"), cancellationToken: Cancelled);
        await rig.ApplyAsync(On);
        var pause = rig.PauseBefore("remove");
        var removing = rig.Registry.RemoveRegisteredAsync("x", Cancelled);
        await pause.Reached;

        var applying = rig.ApplyAsync("");
        pause.End();
        await removing;
        await applying;

        Assert.Null(rig.Registry.Find("x"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_change_that_cannot_be_kept_is_not_taken_back_from_what_became_declared_meanwhile()
    {
        await using var rig = await DeclaringRig.StartAsync("");
        var (pause, updating) = await BeginUpdateAsync(rig);

        await rig.ApplyAsync(On);
        pause.Fail(new RegistryException("the disk is full"));
        await Assert.ThrowsAsync<RegistryException>(() => updating);

        Assert.Equal("file", rig.Manager.FindConfig("x")!.Command);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_was_declared_for_a_moment_while_it_was_changed_runs_by_the_change()
    {
        await using var rig = await DeclaringRig.StartAsync("");
        var (pause, updating) = await BeginUpdateAsync(rig);

        await rig.ApplyAsync(On);
        await rig.ApplyAsync("");
        pause.End();

        Assert.Equal(("other", ServerState.Running), ((await updating).Config.Command, rig.Manager.FindStatus("x")!.State));
        Assert.Equal("other", rig.Manager.FindConfig("x")!.Command);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_disabled_while_its_file_is_taken_over_has_the_definition_of_the_file()
    {
        await using var rig = await DeclaringRig.StartAsync(On);
        await rig.Reaches("x", ServerState.Running);
        var pause = rig.PauseBefore("override");
        var disabling = rig.Registry.DisableAsync("x", Cancelled);
        await pause.Reached;

        var applying = rig.ApplyAsync(On.Replace("file", "other", StringComparison.Ordinal));
        pause.End();
        await disabling;
        await applying;

        Assert.Equal(("other", ServerState.Disabled), (rig.Manager.FindConfig("x")!.Command, rig.Manager.FindStatus("x")!.State));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_being_removed_is_not_taken_for_a_declared_one()
    {
        await using var rig = await DeclaringRig.StartAsync("");
        var pause = new Pause();
        rig.Launcher.OnLaunch = launch => launch.Succeed(run => run.OnStop = _ => pause.WaitAsync());
        await rig.Registry.AddAsync(Fleet.Server("x"), cancellationToken: Cancelled);
        var removing = rig.Registry.RemoveAsync("x", Cancelled);
        await pause.Reached;

        Assert.False(rig.Registry.Find("x")!.IsDeclared);

        pause.End();
        await removing;
    }

    /// <summary>A registered server whose update waits before it is written.</summary>
    private static async Task<(Pause Pause, Task<ServerEntry> Updating)> BeginUpdateAsync(DeclaringRig rig)
    {
        await rig.Registry.AddAsync(Fleet.Server("x"), cancellationToken: Cancelled);
        var pause = rig.PauseBefore("update");
        var updating = rig.Registry.UpdateAsync(Fleet.Server("x") with { Command = "other" }, Cancelled);
        await pause.Reached;
        return (pause, updating);
    }
}
