using System.Globalization;
using System.Runtime.InteropServices;

namespace Steward.Processes;

/// <summary>The angel at work: one daemon at a time, on the thread that calls <see cref="Run"/>.</summary>
internal sealed class AngelWatch : IDisposable
{
    private const int StopsUntilKill = 3;

    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(5); // between starts that the system refuses

    private readonly Func<int> _start;
    private readonly TextWriter _output;
    private readonly AngelRestarts _restarts;
    private readonly Func<bool> _hasTerminal;
    private readonly bool _hadTerminal;
    private readonly bool _startsAgain;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _stopping = new();
    private readonly HashSet<int> _forwarded = [];
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _daemon;
    private int _stops;

    /// <param name="start">Starts the daemon and returns its process id.</param>
    /// <param name="output">Takes what there is to say to people.</param>
    /// <param name="time">Measures how often the daemon dies.</param>
    /// <param name="hasTerminal">Whether there is a terminal that can send signals.</param>
    /// <param name="startsAgain">Whether a daemon that died is started again. What is not knows of SIGHUP only as a wish that it ends.</param>
    public AngelWatch(Func<int> start, TextWriter output, TimeProvider time, Func<bool> hasTerminal, bool startsAgain)
    {
        (_start, _output, _restarts, _hasTerminal, _startsAgain) = (start, output, new AngelRestarts(time), hasTerminal, startsAgain);
        _hadTerminal = hasTerminal();
        Forward(PosixSignal.SIGINT, Posix.SigInt, isStop: true);
        Forward(PosixSignal.SIGQUIT, Posix.SigQuit, isStop: true);
        Forward(PosixSignal.SIGTERM, Posix.SigTerm, isStop: true);
        Forward(PosixSignal.SIGHUP, Posix.SigHup, isStop: !startsAgain);
    }

    /// <returns>The exit code of the daemon when it has ended for good.</returns>
    /// <exception cref="IOException">It could not be started even once.</exception>
    public int Run()
    {
        if (Start() is not { } daemon)
            return 0; // asked to stop before there was anything to stop
        while (true)
        {
            var exit = WaitFor(daemon);
            var swept = KillDescendants();
            if (exit.IsOrderly || WasRequested(exit))
                return exit.Code;

            if (!_startsAgain)
            {
                Say($"process {daemon} {exit}; ended {swept} processes with it");
                return exit.Code;
            }

            if (_restarts.AfterDeath() is not { } delay)
            {
                Say($"the daemon (process {daemon}) {exit}, for the {AngelRestarts.MostRestarts + 1}th time within a minute; giving up");
                return exit.Code;
            }

            Say($"the daemon (process {daemon}) {exit}; ended {swept} processes with it; starting it again in {delay.TotalSeconds:0.0} s");
            if (StartAgain(delay) is not { } next)
                return exit.Code;
            daemon = next;
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stopping.Dispose();
    }

    /// <summary>A system that has no process to give just now, or on which the program is being replaced, is asked again for as long as it takes.</summary>
    private int? StartAgain(TimeSpan delay)
    {
        while (!_stopping.Wait(delay))
        {
            try
            {
                return Start();
            }
            catch (IOException refused)
            {
                delay = delay * 2 < MostDelay ? delay * 2 : MostDelay;
                Say($"{refused.Message}; trying again in {delay.TotalSeconds:0.0} s");
            }
        }

        return null;
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

    private void Forward(PosixSignal signal, int meant, bool isStop) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true; // we end when the daemon has
            // The daemon has no terminal: that ours was closed only we can know. It would take the signal for a wish to read its configuration again.
            var isClosed = signal == PosixSignal.SIGHUP && _hadTerminal && !_hasTerminal();
            var number = isClosed ? Posix.SigTerm : meant;
            lock (_gate)
            {
                _forwarded.Add(number);
                if (isStop || isClosed)
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
        catch (Exception unwritable) when (RefusedWrite.Is(unwritable))
        {
            // The terminal is gone. The daemon is not.
        }
    }
}
