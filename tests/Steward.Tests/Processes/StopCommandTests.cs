using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>What lives outside the process tree of a server, as a container does, ends with the server by the operator's own command.</summary>
public sealed class StopCommandTests : IAsyncDisposable
{
    // In a session of its own, without a parent of ours and without our marker: nothing but its name tells whose it is.
    private const string Container = """
        ( env -i "$(command -v setsid)" "$(command -v sleep)" 300 >/dev/null 2>&1 & echo $! > "$STEWARD_RUN" )
        echo up; cat >/dev/null
        """;

    private const string StopContainer = "kill -9 $(cat \"$STEWARD_RUN\") && rm \"$STEWARD_RUN\" && echo stopped the container";

    private readonly ChildRig _rig = new();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_ends_what_a_stop_or_a_crash_would_leave(bool isCrash)
    {
        var child = await _rig.StartAsync(Spec(Container, ["sh", "-c", StopContainer]));
        Assert.Equal("up", await ChildRig.ReadLineAsync(child));
        using var container = new Watched(int.Parse(await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder)), TestContext.Current.CancellationToken)));

        if (isCrash)
            Posix.Signal(child.Id, Posix.SigKill);
        else
            await child.StopAsync(CancellationToken.None);
        await child.Exited;

        Assert.False(container.IsAlive);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal("stopped the container", Assert.Single(_rig.Log.Tail(9)).Text);
    }

    [Fact(Timeout = 30_000)]
    public async Task It_is_the_first_step_of_a_stop_and_knows_the_process()
    {
        var child = await _rig.StartAsync(Spec("cat >/dev/null", ["sh", "-c", "kill -0 $STEWARD_PID && echo $STEWARD_SERVER lives; echo \"${1}\" >&2", "-", "${env:STEWARD_SERVER}/${env:STEWARD_RUN}"]) with { Run = "abc" });

        await child.StopAsync(CancellationToken.None);

        Assert.Equal(["test lives", "test/abc"], _rig.Log.Tail(9).Select(line => line.Text).Order());
    }

    [Fact(Timeout = 30_000)]
    public async Task It_is_run_once_though_it_ends_the_process()
    {
        var child = await _rig.StartAsync(Spec("trap '' TERM; echo up; while :; do sleep 1; done", ["sh", "-c", "echo called; kill -9 $STEWARD_PID"]));
        await ChildRig.ReadLineAsync(child);

        await child.StopAsync(CancellationToken.None);

        Assert.Equal("SIGKILL", (await child.Exited).Signal);
        Assert.Equal("called", Assert.Single(_rig.Log.Tail(9)).Text);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("exit 7", 15, "stopCommand failed: exit code 7")]
    [InlineData("echo no such container >&2; exit 1", 15, "stopCommand failed: exit code 1: no such container")]
    [InlineData("sleep 300", 0.5, "stopCommand failed: it took longer than 0.5 s (shutdown.commandMs) and was ended")]
    public async Task Its_failure_is_a_line_in_the_log_and_hinders_no_stop(string script, double limit, string expected)
    {
        var child = await _rig.StartAsync(Spec("cat >/dev/null", ["sh", "-c", script], TimeSpan.FromSeconds(limit)));

        await child.StopAsync(CancellationToken.None);

        Assert.Equal(0, (await child.Exited).Code);
        Assert.Equal(expected, _rig.Log.Tail(1)[0].Text);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/nonexistent", "does not exist")]
    [InlineData("${env:STEWARD_TEST_NOT_SET}", "STEWARD_TEST_NOT_SET")]
    public async Task One_that_cannot_be_started_hinders_no_stop_either(string program, string expected)
    {
        var child = await _rig.StartAsync(Spec("cat >/dev/null", [program]));

        await child.StopAsync(CancellationToken.None);

        Assert.Contains(expected, _rig.Log.Tail(1)[0].Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_is_in_a_hurry_gives_it_two_seconds()
    {
        var child = await _rig.StartAsync(Spec("cat >/dev/null", ["sleep", "300"]));
        var watch = Stopwatch.StartNew();

        await child.StopAsync(new CancellationToken(canceled: true));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10));
        Assert.Equal("stopCommand failed: it was ended, for the stop was hurried", _rig.Log.Tail(1)[0].Text);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_death_is_told_before_it_has_ended()
    {
        var child = await _rig.StartAsync(Spec("exit 3", ["sh", "-c", "while [ ! -e done ]; do sleep 0.05; done"], TimeSpan.FromSeconds(20)));

        Assert.Equal(3, (await child.Died).Code);
        Assert.False(child.Exited.IsCompleted);
        await File.WriteAllTextAsync(Path.Combine(_folder, "done"), "", TestContext.Current.CancellationToken);
        Assert.Equal(3, (await child.Exited).Code);
        Assert.Empty(_rig.Log.Tail(9));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_next_daemon_runs_it_for_what_a_killed_one_left_and_no_secret_was_written()
    {
        var notes = Path.Combine(_folder, "notes");
        var (ledger, run) = (new ProcessLedger(notes, NullLogger.Instance), RunMarker.NewRun());
        var command = Command(["sh", "-c", "echo $STEWARD_SERVER $STEWARD_PID $TOKEN \"${1}\"", "-", "${env:STEWARD_RUN}"], TimeSpan.FromSeconds(15)) with { Env = new Dictionary<string, string> { ["TOKEN"] = "s3cret" } };
        ledger.Add(run, "boxed", new ProcessIdentity(999_999_999, 1), command);
        ledger.Add(RunMarker.NewRun(), "plain", new ProcessIdentity(999_999_998, 1));
        Assert.DoesNotContain("s3cret", await File.ReadAllTextAsync(Path.Combine(notes, run), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var runner = new StopCommandRunner(_rig.Spawner, new VariableResolver(), TimeProvider.System, NullLogger.Instance);
        var alive = await new ProcessLedger(notes, NullLogger.Instance).ReapAsync(_rig.Spawner.Sweeper,
            (note, kept) => runner.RunAsync(kept, note.ServerId, note.Run, note.Process.Id, _rig.Log, CancellationToken.None));

        Assert.Equal(0, alive);
        Assert.Equal($"boxed 999999999 s3cret {run}", Assert.Single(_rig.Log.Tail(9)).Text);
        Assert.Equal("key", Path.GetFileName(Assert.Single(Directory.GetFiles(notes))));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_note_that_was_put_in_the_place_of_another_runs_nothing()
    {
        var (ledger, run, other) = (new ProcessLedger(_folder, NullLogger.Instance), RunMarker.NewRun(), RunMarker.NewRun());
        ledger.Add(run, "boxed", new ProcessIdentity(999_999_999, 1), Command(["true"], TimeSpan.FromSeconds(1)));
        File.Move(Path.Combine(_folder, run), Path.Combine(_folder, other));

        var ran = 0;
        await ledger.ReapAsync(_rig.Spawner.Sweeper, (_, _) => Task.FromResult(Interlocked.Increment(ref ran)));

        Assert.Equal(0, ran);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private ProcessSpec Spec(string script, string[] stopCommand, TimeSpan? limit = null) =>
        ChildRig.Shell(script) with { WorkingDirectory = _folder, StopCommand = Command(stopCommand, limit ?? TimeSpan.FromSeconds(15)) };

    private StopCommand Command(string[] words, TimeSpan limit) => new(words, new Dictionary<string, string>(), null, _folder, limit);
}
