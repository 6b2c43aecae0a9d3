using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Processes that die, freeze, or stop to take part. Whom it harms is checked by the rig at the end of every test.</summary>
public sealed class ChildFaultTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("kill", "SIGKILL")]
    [InlineData("segv", "SIGSEGV")]
    [InlineData("exit", "exit code 7")]
    public async Task Every_call_of_a_process_that_dies_is_told_which_server_it_was_and_how_it_ended_and_none_is_made_again(string fault, string expected)
    {
        await using var rig = await FaultRig.StartAsync();
        var pid = rig.Status.Pid!.Value;
        string[] all = ["never:1", "never:2", "never:3", "never:4", fault];

        var before = TimeProvider.System.GetTimestamp();
        var told = await Task.WhenAll(all.Select(rig.FailAsync));

        Assert.True(TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromSeconds(30), "they waited for something else than the end of the process");
        Assert.All(told, words =>
        {
            Assert.Contains("'bad'", words, StringComparison.Ordinal);
            Assert.Contains(expected, words, StringComparison.Ordinal);
            Assert.Contains($"asked for {fault}", words, StringComparison.Ordinal); // its last words
        });
        Assert.Equal(expected, (await rig.ReplacedAsync(pid)).LastExit!.ToString());
        Assert.Equal(all.Select(text => $"asked for {text}").Order(StringComparer.Ordinal), Asked(rig).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Half_an_answer_is_none_and_its_call_is_told_at_once()
    {
        await using var rig = await FaultRig.StartAsync();
        var pid = rig.Status.Pid!.Value;

        var told = await rig.FailAsync("half-line");

        Assert.Contains("exit code 0", told, StringComparison.Ordinal);
        await rig.ReplacedAsync(pid);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_closes_its_output_is_replaced_without_waiting_for_a_probe()
    {
        await using var rig = await FaultRig.StartAsync();
        var pid = rig.Status.Pid!.Value;

        Assert.Contains("closed its output", await rig.FailAsync("close-stdout"), StringComparison.Ordinal);

        await rig.ReplacedAsync(pid);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_closes_its_input_is_replaced_as_soon_as_it_is_written_to()
    {
        await using var rig = await FaultRig.StartAsync();
        var pid = rig.Status.Pid!.Value;
        var call = rig.FailAsync("close-stdin");
        await rig.Log.SaysAsync("asked for close-stdin");
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        for (var others = 0; !call.IsCompleted && others < 50 && await pause.WaitForNextTickAsync(Cancelled); others++)
            _ = rig.FailAsync($"never:{others}"); // the pipe takes what comes before its reader is gone; what is not sent is made again, and never answered

        var told = await call;

        Assert.Contains("'bad' could not be written to any more", told, StringComparison.Ordinal);
        await rig.ReplacedAsync(pid);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_call_that_is_given_up_while_nobody_reads_it_leaves_the_others_whole()
    {
        await using var rig = await FaultRig.StartAsync();
        var pid = rig.Status.Pid!.Value;
        var deaf = rig.FailAsync("deaf");
        await rig.Log.SaysAsync("asked for deaf");
        var large = new string('x', 200_000); // more than a pipe holds: its writer waits amid a line
        using var patience = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 4).Select(i => rig.CallAsync($"never:{i}{large}", i < 2 ? patience.Token : Cancelled)).ToArray();

        await patience.CancelAsync();

        foreach (var given in waiting[..2])
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        await rig.Manager.RestartServerAsync("bad", Cancelled);
        await Assert.ThrowsAnyAsync<Exception>(() => waiting[2]);
        await Assert.ThrowsAnyAsync<Exception>(() => waiting[3]);
        await deaf;
        await rig.ReplacedAsync(pid);
        Assert.Equal(0, rig.NoiseLines);
    }

    private static IEnumerable<string> Asked(FaultRig rig) => rig.Log.Tail(int.MaxValue).Select(line => line.Text).Where(text => text.StartsWith("asked for ", StringComparison.Ordinal));
}
