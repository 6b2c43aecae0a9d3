using System.Text.Json;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>
/// A server that misbehaves ends in the right status, harms no other and leaves no process. That nothing is left is
/// checked at the end of every test, by <see cref="Running.StewardProcess"/>.
/// </summary>
public sealed class MisbehavingServerTests
{
    // Of calls that nobody answers; those before and after are answered within it on a slow machine too.
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task A_server_that_exits_at_start_fails_with_its_exit_code_and_its_last_words()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "exit-at-start");
        var status = await servers.Steward.ReachesAsync("bad", "FailedToStart", Cancellation);
        Assert.Equal(3, status.GetProperty("lastExit").GetProperty("code").GetInt32());
        Assert.Contains("cannot start", status.GetProperty("lastExit").GetProperty("stderrTail")[0].GetString()!, StringComparison.Ordinal);
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_server_that_hangs_in_initialize_delays_nobody_and_fails_in_the_end()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "hang-in-initialize");
        Assert.True((await servers.Steward.StatusAsync("bad", Cancellation)).GetProperty("state").ValueEquals("Starting"));
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
        var status = await servers.Steward.ReachesAsync("bad", "FailedToStart", Cancellation);
        Assert.Contains("handshake", status.GetProperty("lastError").GetString()!, StringComparison.Ordinal);
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_slow_server_is_started_in_the_end()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "slow-start", "--delay", "1500");
        await servers.Steward.ReachesAsync("bad", "Running", Cancellation);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("exit", 7)]
    [InlineData("kill", 137)]
    public async Task When_a_server_dies_in_a_call_the_caller_hears_at_once_and_the_server_is_started_again(string how, int code)
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "die-midcall");
        using var client = await servers.ConnectAsync(Cancellation);

        var before = TimeProvider.System.GetTimestamp();
        var reply = await client.CallAsync("misbehave", new() { ["text"] = how }, Cancellation);
        Assert.True(reply.IsError, reply.Message.ToString());
        Assert.True(TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromSeconds(20), "the caller waited for the time-out");

        var status = await servers.Steward.ReachesAsync("bad", IsRunningAgain, Cancellation);
        Assert.Equal(code, status.GetProperty("lastExit").GetProperty("code").GetInt32());
        Assert.Equal("back", (await client.CallAsync("echo", new() { ["text"] = "back" }, Cancellation)).Text);
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_call_right_behind_the_death_of_its_server_is_answered_by_the_next_run()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "die-midcall");
        using var client = await servers.ConnectAsync(Cancellation);
        for (var round = 0; round < 2; round++)
        {
            Assert.True((await client.CallAsync("misbehave", new() { ["text"] = "kill" }, Cancellation)).IsError);
            Assert.Equal("next", (await client.CallAsync("echo", new() { ["text"] = "next" }, Cancellation)).Text);
        }

        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_server_that_ignores_end_of_input_and_sigterm_is_stopped_within_its_bound()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "stubborn");
        await servers.Steward.ReachesAsync("bad", "Running", Cancellation);
        var before = TimeProvider.System.GetTimestamp();
        await servers.Steward.PostAsync("/servers/bad/stop", Cancellation);
        Assert.InRange(TimeProvider.System.GetElapsedTime(before), BadServer.Grace, BadServer.Grace + TimeSpan.FromSeconds(20));
        Assert.True((await servers.Steward.StatusAsync("bad", Cancellation)).GetProperty("state").ValueEquals("Stopped"));
        Assert.DoesNotContain(servers.Steward.Census.Living(), process => process.CommandLine.Contains("stubborn", StringComparison.Ordinal));
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("plain")]
    [InlineData("setsid")]
    [InlineData("daemon")]
    public async Task Grandchildren_end_with_their_server_however_far_they_moved(string how)
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "forks", "--how", how);
        using var client = await servers.ConnectAsync(Cancellation);
        var grandchildren = Grandchildren(servers);
        Assert.NotEmpty(grandchildren);

        // The server dies, its grandchild holds the pipes open: that must not look like life.
        Assert.True((await client.CallAsync("misbehave", null, Cancellation)).IsError);
        await servers.Steward.ReachesAsync("bad", IsRunningAgain, Cancellation);
        Assert.Empty(await Running.Poll.ForAsync(() => Grandchildren(servers).Intersect(grandchildren).ToArray(), left => left.Length == 0));

        await servers.Steward.PostAsync("/servers/bad/stop", Cancellation);
        Assert.Empty(await Running.Poll.ForAsync(() => Grandchildren(servers), static left => left.Length == 0));
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 300_000)]
    public async Task A_flood_on_stderr_is_drained()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "flood-stderr"); // 200 MiB before it answers initialize
        using var client = await servers.ConnectAsync(Cancellation);
        var status = await servers.Steward.StatusAsync("bad", Cancellation);
        Assert.Equal(0, status.GetProperty("restarts").GetInt32());
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task Garbage_between_messages_is_skipped_and_kept_in_the_log()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "garbage");
        using var client = await servers.ConnectAsync(Cancellation);
        for (var i = 0; i < 20; i++)
            Assert.Equal($"call {i}", (await client.CallAsync("echo", new() { ["text"] = $"call {i}" }, Cancellation)).Text);
        var log = await servers.Steward.GetAsync("/servers/bad/logs?tail=1000", Cancellation);
        Assert.Contains(log.EnumerateArray(), line => line.GetProperty("source").ValueEquals("Stdout") && line.GetProperty("text").ValueEquals("Server listening, have a nice day"));
        Assert.Equal(0, (await servers.Steward.StatusAsync("bad", Cancellation)).GetProperty("restarts").GetInt32());
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_line_beyond_the_limit_fails_the_call_and_harms_nobody()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "huge-line"); // 64 MiB in one line
        using var client = await servers.ConnectAsync(Cancellation);
        Assert.True((await client.CallAsync("misbehave", null, Cancellation)).IsError);
        await servers.Steward.ReachesAsync("bad", "Running", Cancellation);
        Assert.Equal("back", (await client.CallAsync("echo", new() { ["text"] = "back" }, Cancellation)).Text);
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_server_that_closes_its_output_and_stays_counts_as_crashed()
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "close-stdout");
        using var client = await servers.ConnectAsync(Cancellation);
        var first = (await servers.Steward.StatusAsync("bad", Cancellation)).GetProperty("pid").GetInt32();

        Assert.True((await client.CallAsync("misbehave", null, Cancellation)).IsError);

        await servers.Steward.ReachesAsync("bad", IsRunningAgain, Cancellation);
        Assert.False(Running.ProcessCensus.IsAlive(first));
        Assert.Equal("back", (await client.CallAsync("echo", new() { ["text"] = "back" }, Cancellation)).Text);
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_server_that_stops_reading_fails_its_own_callers_only()
    {
        await using var servers = await BadServer.StartAsync(ShortTimeout, Cancellation, "deaf");
        using var client = await servers.ConnectAsync(Cancellation);
        Assert.False((await client.CallAsync("misbehave", null, Cancellation)).IsError);

        // More than a pipe holds: somebody has to wait for the server, and it must not be everybody.
        var large = new string('x', 100_000);
        var calls = Enumerable.Range(0, 8).Select(_ => client.CallAsync("echo", new() { ["text"] = large }, Cancellation)).ToArray();
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
        Assert.All(await Task.WhenAll(calls), reply => Assert.True(reply.IsError));
        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("unknown")]
    [InlineData("string")]
    [InlineData("null")]
    [InlineData("duplicate")]
    public async Task Responses_that_nobody_waits_for_reach_nobody(string kind)
    {
        await using var servers = await BadServer.StartAsync(Cancellation, "wrong-ids");
        using var client = await servers.ConnectAsync(Cancellation);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(kind, (await client.CallAsync("misbehave", new() { ["text"] = kind }, Cancellation)).Text);
            Assert.Equal("right", (await client.CallAsync("echo", new() { ["text"] = "right" }, Cancellation)).Text);
        }

        Assert.True(await servers.GoodIsUnharmedAsync(Cancellation));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_call_that_is_never_answered_ends_after_its_time_out()
    {
        await using var servers = await BadServer.StartAsync(ShortTimeout, Cancellation, "wrong-ids");
        using var client = await servers.ConnectAsync(Cancellation);
        Assert.True((await client.CallAsync("misbehave", new() { ["text"] = "never" }, Cancellation)).IsError);
        Assert.Equal("right", (await client.CallAsync("echo", new() { ["text"] = "right" }, Cancellation)).Text);
    }

    private static bool IsRunningAgain(JsonElement status) => status.GetProperty("state").ValueEquals("Running") && status.GetProperty("restarts").GetInt32() > 0;

    private static int[] Grandchildren(BadServer servers) =>
        [.. servers.Steward.Census.Living().Where(process => process.CommandLine.Contains("sleep 3600", StringComparison.Ordinal)).Select(process => process.Id)];
}
