using System.Runtime.InteropServices;
using Steward.Cli.Signals;
using Xunit;

namespace Steward.Tests.Cli.Signals;

/// <summary>What signals mean to a program that runs until it is told to end.</summary>
public sealed class StopSignalsTests
{
    [Theory(Timeout = 10_000)]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGHUP)]
    public void The_first_asks_to_stop_and_the_second_to_stop_at_once_where_nothing_is_to_be_read_again(PosixSignal signal)
    {
        using var signals = new StopSignals();
        var first = new PosixSignalContext(signal);

        signals.Hear(first);
        Assert.Equal((true, true, false), (first.Cancel, signals.Stop.IsCancellationRequested, signals.Force.IsCancellationRequested));

        signals.Hear(new PosixSignalContext(signal));
        Assert.True(signals.Force.IsCancellationRequested);
    }

    [Fact(Timeout = 10_000)]
    public void SIGHUP_reads_the_configuration_again_where_there_is_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there it says that the window was closed");
        var read = 0;
        using var signals = new StopSignals { Reload = () => read++ };

        signals.Hear(new PosixSignalContext(PosixSignal.SIGHUP));
        Assert.Equal((1, false), (read, signals.Stop.IsCancellationRequested));

        signals.Hear(new PosixSignalContext(PosixSignal.SIGTERM));
        Assert.Equal((1, true, false), (read, signals.Stop.IsCancellationRequested, signals.Force.IsCancellationRequested));
    }
}
