using System.Runtime.InteropServices;

namespace Steward.Cli.Up;

/// <summary>
/// What SIGINT, SIGTERM and SIGHUP mean to the daemon: the first asks it to stop, the second to stop at once. Under an angel
/// each arrives once per Ctrl-C; the third is the angel's.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _force = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Heard),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Heard),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Heard), // the terminal was closed
    ];

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Force => _force.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _force.Dispose();
    }

    private void Heard(PosixSignalContext context)
    {
        context.Cancel = true; // the end of the process is ours to bring about
        (Interlocked.Increment(ref _count) == 1 ? _stop : _force).Cancel();
    }
}
