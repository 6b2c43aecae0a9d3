using System.Globalization;
using System.Runtime.InteropServices;

namespace Steward.Processes;

/// <summary>The angel at work: one daemon at a time, on the thread that calls <see cref="Run"/>.</summary>
internal sealed class AngelWatch : IDisposable
{
    private const int StopsUntilKill = 3;

    private readonly Func<int> _start;
    private readonly TextWriter _output;
    private readonly AngelRestarts _restarts;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _stopping = new();
    private readonly HashSet<int> _forwarded = [];
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _daemon;
    private int _stops;

    /// <param name="start">Starts the daemon and returns its process id.</param>
    /// <param name="output">Takes what there is to say to people.</param>
    /// <param name="time">Measures how often the daemon dies.</param>
    public AngelWatch(Func<int> start, TextWriter output, TimeProvider time)
    {
        (_start, _output, _restarts) = (start, output, new AngelRestarts(time));
        Forward(PosixSignal.SIGINT, Posix.SigInt, isStop: true);
        Forward(PosixSignal.SIGQUIT, Posix.SigQuit, isStop: true);
        Forward(PosixSignal.SIGTERM, Posix.SigTerm, isStop: true);
        Forward(PosixSignal.SIGHUP, Posix.SigHup, isStop: false);
    }

    public int Run()
    {
        while (true)
        {
            if (Start() is not { } daemon)
                return 0; // asked to stop before there was anything to stop
            var exit = WaitFor(daemon);
            var swept = KillDescendants();
            if (exit.IsOrderly || WasRequested(exit))
                return exit.Code;

            if (_restarts.AfterDeath() is not { } delay)
            {
                Say($"the daemon (process {daemon}) {exit}, for the {AngelRestarts.MostRestarts + 1}th time within a minute; giving up");
                return exit.Code;
            }

            Say($"the daemon (process {daemon}) {exit}; ended {swept} processes with it; starting it again in {delay.TotalSeconds:0.0} s");
            if (_stopping.Wait(delay))
                return exit.Code;
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stopping.Dispose();
    }

    private int? Start()
    {
        lock (_gate)
        {
            return _stopping.IsSet ? null : _daemon = _start();
        }
    }

    /// <summary>Whether the end was asked for, be it that the daemon did not handle a signal that we passed on.</summary>
    private bool WasRequested(DaemonExit exit)
    {
        lock (_gate)
        {
            return _stops > 0 || _forwarded.Contains(exit.Signal);
        }
    }

    /// <summary>Waits for the daemon, and collects the orphans that come to us meanwhile.</summary>
    private DaemonExit WaitFor(int daemon)
    {
        while (PosixSpawn.WaitForAny() is { } ended)
        {
            if (ended.Id != daemon)
            {
                PosixSpawn.Collect(ended.Id);
                continue;
            }

            lock (_gate)
            {
                _daemon = 0; // before it is collected: from then on the id may be anybody's
            }

            PosixSpawn.Collect(daemon);
            return ended.Exit;
        }

        throw new InvalidOperationException($"Process {daemon} is not a child of this process any more.");
    }

    /// <summary>
    /// Ends all that descends from us. Whoever forks before the signal arrives leaves its child to us, and is looked for again
    /// after each end; without children there is nothing left to look for.
    /// </summary>
    private static int KillDescendants()
    {
        var killed = new HashSet<ProcessIdentity>();
        do
        {
            foreach (var entry in ProcessTable.Descendants(Environment.ProcessId))
            {
                using var handle = ProcessHandle.Open(entry.Identity);
                if (handle?.Kill() == true)
                    killed.Add(entry.Identity);
            }
        }
        while (CollectNext());
        return killed.Count;
    }

    private static bool CollectNext()
    {
        if (PosixSpawn.WaitForAny() is not { } ended)
            return false;

        PosixSpawn.Collect(ended.Id);
        return true;
    }

    private void Forward(PosixSignal signal, int number, bool isStop) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true; // we end when the daemon has
            lock (_gate)
            {
                _forwarded.Add(number);
                if (isStop)
                {
                    _stops++;
                    _stopping.Set();
                }

                if (_daemon > 0)
                    Posix.Signal(_daemon, _stops < StopsUntilKill ? number : Posix.SigKill);
            }
        }));

    private void Say(string what)
    {
        try
        {
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"steward: {what}"));
        }
        catch (IOException)
        {
            // The terminal is gone. The daemon is not.
        }
    }
}
