using Spectre.Console;
using Steward.Cli.Output;
using Steward.Processes;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Cli;

/// <summary>The table of servers on terminals of all widths.</summary>
public sealed class StatusTableTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory(Timeout = 10_000)]
    [InlineData(200, true)]
    [InlineData(80, false)]
    public void What_is_dispensable_gives_way_where_the_terminal_is_narrow_and_the_rest_is_whole(int width, bool isWide)
    {
        var row = StatusRow.From(
            new ServerStatus
            {
                Id = "sequential-thinking",
                State = ServerState.Running,
                Since = Now,
                Pid = 30512,
                Revision = "2025-11-25",
                LastError = "took 612 MiB of memory, with a limit of 512 (limits.memoryMb)",
                Resources = new ServerResources("sequential-thinking", Now) { CpuPercent = 12.5, MemoryBytes = 82 * 1024 * 1024 },
            },
            Now);
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;

        console.Write(StatusTable.Create([row], width));

        var text = output.ToString();
        Assert.All(["sequential-thinking", "Running", "30512", "612 MiB"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Equal(isWide, text.Contains("82 MiB", StringComparison.Ordinal));
        Assert.Equal(isWide, text.Contains("12.5 %", StringComparison.Ordinal));
        Assert.All(text.Split(Environment.NewLine), line => Assert.True(line.Length <= width, line));
    }
}
