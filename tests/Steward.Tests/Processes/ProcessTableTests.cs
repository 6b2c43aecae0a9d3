using System.Text;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class ProcessTableTests
{
    [Fact]
    public void A_name_may_hold_brackets_and_spaces()
    {
        var stat = "42 (a) R 1 (b) S 7 42 43 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2 3\n"u8;

        Assert.Equal(new ProcessEntry(42, ParentId: 7, SessionId: 43, State: 'S', StartTime: 98765), ProcessTable.Parse(42, stat));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("42 (x")]
    [InlineData("42 (x)")]
    [InlineData("42 (x) S 1 2")]
    public void A_line_that_is_cut_is_no_process(string stat) => Assert.Null(ProcessTable.Parse(42, Encoding.ASCII.GetBytes(stat)));

    [Fact]
    public void This_process_is_among_all_and_has_no_zombie_for_a_self()
    {
        var self = ProcessTable.Read(Environment.ProcessId);

        Assert.Contains(ProcessTable.ReadAll(), entry => entry.Identity == self?.Identity);
        Assert.False(self?.IsDead);
    }

    [Fact]
    public void Both_ways_to_find_descendants_agree()
    {
        const int Init = 1;
        var known = ProcessTable.DescendantsIn([new(2, Init, 2, 'S', 5), new(3, 2, 2, 'S', 6), new(4, Init + 8, 4, 'S', 7)], Init);

        Assert.Equal([2, 3], known.Select(entry => entry.Id));
        Assert.Contains(ProcessTable.Descendants(ProcessTable.Read(Environment.ProcessId)!.Value.ParentId), entry => entry.Id == Environment.ProcessId);
    }

    [Theory]
    [InlineData("A=1\0STEWARD_RUN=abc\0B=2\0", "abc")]
    [InlineData("STEWARD_RUN=abc", "abc")]
    [InlineData("A=STEWARD_RUN=abc\0XSTEWARD_RUN=abc\0", null)]
    [InlineData("", null)]
    public void A_marker_is_a_whole_variable(string environment, string? run) =>
        Assert.Equal(run, RunMarker.Find(Encoding.ASCII.GetBytes(environment)));

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(128, null)]
    [InlineData(137, "SIGKILL")]
    [InlineData(143, "SIGTERM")]
    [InlineData(145, null)]
    [InlineData(255, null)]
    [InlineData(-1, null)]
    public void An_exit_code_tells_a_signal_only_where_one_is_plausible(int code, string? signal) =>
        Assert.Equal(signal, SignalNames.FromExitCode(code));
}
