using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class AngelTests
{
    private static readonly string[] EveryKind =
    [
        Misbehaviour.None, Misbehaviour.Stubborn, Misbehaviour.Grandchild, Misbehaviour.GrandchildInOwnSession,
        Misbehaviour.GrandchildWithoutMarker, Misbehaviour.Daemon, Misbehaviour.DaemonWithoutMarker,
    ];

    [Fact(Timeout = 60_000)]
    public async Task When_the_daemon_is_killed_every_process_below_it_ends_and_it_is_started_again()
    {
        using var host = AngelHost.Start(EveryKind);
        var (daemon, others) = await host.ReadyAsync();
        Assert.Equal(12, others.Count);

        Posix.Signal(daemon, Posix.SigKill);

        Assert.All(others, process => Assert.True(process.Ends(), $"process {process.Id} lives on"));
        var (next, again) = await host.ReadyAsync();
        Assert.NotEqual(daemon, next);
        Assert.Equal(12, again.Count);
        others.Concat(again).ToList().ForEach(process => process.Dispose());
    }

    [Fact(Timeout = 30_000)]
    public async Task When_the_angel_is_killed_the_daemon_gets_SIGTERM()
    {
        using var host = AngelHost.Start(Misbehaviour.None);
        var (daemon, others) = await host.ReadyAsync();
        using var watched = new Watched(daemon);

        host.Signal(Posix.SigKill);

        Assert.Equal("asked SIGTERM", await host.LineAsync());
        Assert.True(watched.Ends());
        Assert.All(others, process => Assert.True(process.Ends()));
    }

    /// <summary>The daemon lives on all the time: what collects them is the angel, and nothing else.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Thousands_of_orphans_come_to_the_angel_and_are_collected_as_they_end()
    {
        using var host = AngelHost.Start(Misbehaviour.Orphanage);
        var (daemon, orphans) = await host.ReadyAsync();
        Assert.Equal(5, orphans.Count);
        Assert.All(orphans, orphan => Assert.Equal(host.Id, ProcessTable.Read(orphan.Id)?.ParentId));

        orphans.ForEach(orphan => Posix.Signal(orphan.Id, Posix.SigKill));

        await CollectedAsync(host.Id, daemon, [.. orphans.Select(orphan => orphan.Id)]);
        Assert.True(ProcessTable.Read(daemon) is { IsDead: false });
        orphans.ForEach(orphan => orphan.Dispose());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Posix.SigTerm, "asked SIGTERM")]
    [InlineData(Posix.SigInt, "asked SIGINT")]
    public async Task A_stop_signal_reaches_the_daemon_and_its_exit_ends_everything(int signal, string expected)
    {
        using var host = AngelHost.Start(Misbehaviour.DaemonWithoutMarker);
        var (_, others) = await host.ReadyAsync();

        host.Signal(signal);

        Assert.Equal(expected, await host.LineAsync());
        Assert.Equal(0, await host.ExitAsync());
        Assert.All(others, process => Assert.True(process.Ends()));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_daemon_that_does_not_listen_is_killed_at_the_third_request()
    {
        using var host = AngelHost.Start("deaf");
        await host.ReadyAsync();
        for (var i = 0; i < 2; i++)
        {
            host.Signal(Posix.SigInt);
            Assert.Equal("heard SIGINT", await host.LineAsync());
        }

        host.Signal(Posix.SigInt);

        Assert.Equal(SignalNames.ExitCodeOf(Posix.SigKill), await host.ExitAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task An_orderly_exit_is_passed_on_and_not_repeated()
    {
        using var host = AngelHost.Start("exit:3");

        Assert.Equal(3, await host.ExitAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_angel_starts_itself_again_under_the_shared_host_too()
    {
        using var host = AngelHost.StartWithSharedHost("exit:4");

        Assert.StartsWith("daemon ", await host.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(4, await host.ExitAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task An_internal_error_starts_the_daemon_again_until_somebody_stops_it()
    {
        using var host = AngelHost.Start($"exit:{DaemonExit.InternalError}");
        for (var death = 1; death <= 3; death++)
        {
            await host.LineAsync();
            Assert.Contains("ended with exit code 70", await host.Errors.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        // The third pause is long enough to hit.
        host.Signal(Posix.SigTerm);

        Assert.Equal(DaemonExit.InternalError, await host.ExitAsync());
    }

    /// <summary>As where the system has no process to give, or the program is just being replaced.</summary>
    [Fact(Timeout = 30_000)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_daemon_that_cannot_be_started_again_at_once_is_started_as_soon_as_it_can()
    {
        var folder = Directory.CreateTempSubdirectory();
        var (host, program) = AngelHost.StartCopy(folder.FullName, Misbehaviour.None);
        using (host)
        {
            var (daemon, _) = await host.ReadyAsync();
            var mode = File.GetUnixFileMode(program);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite);

            Posix.Signal(daemon, Posix.SigKill);

            Assert.Contains("starting it again", await host.Errors.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Matches("^steward: Cannot start '.*'; trying again in ", (await host.Errors.ReadLineAsync(TestContext.Current.CancellationToken))!.Replace(": Permission denied", "", StringComparison.Ordinal));
            File.SetUnixFileMode(program, mode);
            Assert.NotEqual(daemon, (await host.ReadyAsync()).Daemon);
        }

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, true)]
    [InlineData(70, 0, false)]
    [InlineData(79, 0, true)]
    [InlineData(134, 0, false)]
    [InlineData(150, 0, false)]
    [InlineData(137, 9, false)]
    public void Only_an_end_that_the_daemon_chose_is_final(int code, int signal, bool orderly) =>
        Assert.Equal(orderly, new DaemonExit(code, signal).IsOrderly);

    /// <summary>Waits until neither has a child that has ended, and these are gone.</summary>
    private static async Task CollectedAsync(int angel, int daemon, int[] ended)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (ProcessTable.ReadAll().Any(entry => ended.Contains(entry.Id) || (entry.IsDead && (entry.ParentId == angel || entry.ParentId == daemon))))
            await looks.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }
}
