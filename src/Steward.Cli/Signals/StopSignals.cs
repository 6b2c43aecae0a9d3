using System.Runtime.InteropServices;

namespace Steward.Cli.Signals;

/// <summary>
/// What SIGINT and SIGTERM mean to <c>steward up</c> and <c>steward stdio</c>: the first asks them to stop, the second to stop at once.
/// Under an angel each arrives once per Ctrl-C; the third is the angel's. SIGHUP means the same where it says that the terminal was
/// closed, or where nothing is to be read again.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _force = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly bool _hadTerminal = ControllingTerminal.IsOpen();
    private int _count;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Hear),
    ];

    /// <summary>Has the configuration read again, without waiting for it; <see langword="null"/> where there is none to be read again.</summary>
    public Action? Reload { get; set; }

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Force => _force.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _force.Dispose();
    }

    /// <summary>What a signal to stop does.</summary>
    public void Request() => (Interlocked.Increment(ref _count) == 1 ? _stop : _force).Cancel();

    internal void Hear(PosixSignalContext context)
    {
        context.Cancel = true; // the end of the process is ours to bring about
        if (context.Signal == PosixSignal.SIGHUP && Reload is { } reload && !SaysThatTheTerminalIsGone())
        {
            reload();
            return;
        }

        Request();
    }

    /// <summary>On Windows it never says anything else: there it stands for the window's close button.</summary>
    private bool SaysThatTheTerminalIsGone() => OperatingSystem.IsWindows() || (_hadTerminal && !ControllingTerminal.IsOpen());
}
