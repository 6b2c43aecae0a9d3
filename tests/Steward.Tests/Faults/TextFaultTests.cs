using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Servers that write strangely, from a process to its caller.</summary>
public sealed class TextFaultTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("split", "ä€𝄞 split")]
    [InlineData("bom", "bom")]
    [InlineData("crlf", "crlf")]
    [InlineData("text-id", "right")]
    public async Task An_answer_is_the_same_in_however_many_pieces_and_whatever_stands_around_it(string fault, string expected)
    {
        await using var rig = await FaultRig.StartAsync();

        Assert.Equal(expected, await rig.CallAsync(fault));

        Assert.Equal((ServerState.Running, 0, 0L), (rig.Status.State, rig.Status.Restarts, rig.NoiseLines));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_answer_that_is_no_text_fails_its_own_call_at_once()
    {
        await using var rig = await FaultRig.StartAsync();

        Assert.Contains("Server 'bad' answered with bytes that are no UTF-8", await rig.FailAsync("invalid-utf8"), StringComparison.Ordinal);

        Assert.Equal("and on", await rig.EchoAsync("and on"));
        Assert.Equal(0, rig.Status.Restarts);
    }

    /// <summary>Escaped, it is JSON, and passes. The client of the library cannot read it, and says so.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Half_a_surrogate_pair_concerns_nobody_but_who_reads_it()
    {
        await using var rig = await FaultRig.StartAsync();

        await rig.FailAsync("surrogate");

        Assert.Equal("and on", await rig.EchoAsync("and on"));
        Assert.Equal((0, 0L), (rig.Status.Restarts, rig.NoiseLines));
    }

    /// <summary>What is no message may be anything, so it is no answer either: the call has its time.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData("nul")]
    [InlineData("broken")]
    [InlineData("twice")]
    [InlineData("both")]
    [InlineData("deep")]
    public async Task What_is_no_message_is_skipped_and_the_call_ends_with_its_time_out(string fault)
    {
        await using var rig = await FaultRig.StartAsync(server => server with { RequestTimeout = TimeSpan.FromMilliseconds(600) });

        Assert.Contains("requestTimeoutMs", await rig.FailAsync(fault), StringComparison.Ordinal);

        Assert.Equal("and on", await rig.EchoAsync("and on"));
        Assert.Equal((0, 1L), (rig.Status.Restarts, rig.NoiseLines));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("wide")]
    [InlineData("huge-number")]
    public async Task What_is_large_and_well_formed_passes(string fault)
    {
        await using var rig = await FaultRig.StartAsync();

        var result = await rig.Manager.CallToolAsync("bad", "misbehave", new Dictionary<string, object?> { ["text"] = fault }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(fault == "wide" ? 2_000_001 : 100_001, result.StructuredContent!.Value.GetProperty("value").GetRawText().Length);
        Assert.Equal("and on", await rig.EchoAsync("and on"));
    }
}
