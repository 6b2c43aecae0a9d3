using System.Globalization;
using System.Text;

namespace Steward.Processes;

/// <summary>
/// The outer process of the daemon: it starts the same program again as the daemon, ends every descendant when the daemon
/// dies, however it dies, and then starts it again. That of <c>steward stdio</c>, where no daemon runs, does not start it again. The daemon guards itself in turn: when the angel dies, it stops.
/// </summary>
/// <remarks>
/// One Ctrl-C is one request, because only the angel is in the terminal's foreground group; the daemon lives in a session of
/// its own and gets each signal once, from the angel. What a second signal means is the daemon's business (hurry); the third
/// is the angel's: it kills the daemon.
/// </remarks>
internal static class Angel
{
    /// <summary>Holds the angel's process id in the environment of the daemon.</summary>
    public const string Variable = "STEWARD_ANGEL";

    /// <summary>The angel that started this process as its daemon; null in any other process.</summary>
    public static int? Id { get; } =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>Whether this process is the daemon of an angel.</summary>
    public static bool IsDaemon => Id is not null;

    /// <summary>Whether there are angels on this system. Elsewhere the daemon runs by itself.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>
    /// Runs the daemon and returns its exit code when it has ended for good: orderly (see <see cref="DaemonExit.IsOrderly"/>),
    /// on request, or after too many deaths. Nothing that came of it lives by then. Call it on the main thread, early: what is
    /// loaded before stays in memory for nothing.
    /// </summary>
    /// <param name="daemonArguments">The arguments of the daemon, to be run by this same program.</param>
    /// <param name="hasTerminal">Whether there is a terminal that can send signals; that it is closed is a wish that all ends.</param>
    public static int Run(string[] daemonArguments, Func<bool> hasTerminal)
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("There are no angels on this system; run the daemon itself.");
        if (!PosixSpawn.BecomeSubreaper())
            throw new InvalidOperationException("The kernel does not let this process adopt orphans (PR_SET_CHILD_SUBREAPER).");
        try
        {
            return Watch(daemonArguments, hasTerminal, startsAgain: true);
        }
        catch (IOException refused)
        {
            Console.Error.WriteLine($"steward: {refused.Message}");
            return 1;
        }
    }

    /// <summary>
    /// The same for a program that is not started again when it dies, because whoever launched it has said things to it that the next one would not
    /// know; <see langword="null"/> where there is no angel to be had, and the program is better off alone than not at all.
    /// </summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="hasTerminal">As for <see cref="Run"/>.</param>
    public static int? TryRunOnce(string[] arguments, Func<bool> hasTerminal)
    {
        try
        {
            return IsSupported && PosixSpawn.BecomeSubreaper() ? Watch(arguments, hasTerminal, startsAgain: false) : null;
        }
        catch (IOException)
        {
            return null; // the system has no second process to give
        }
    }

    private static int Watch(string[] arguments, Func<bool> hasTerminal, bool startsAgain)
    {
        var environment = Environment.GetEnvironmentVariables();
        environment[Variable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        string[] line = [.. OwnPrefix(), .. arguments];

        using var watch = new AngelWatch(() => PosixSpawn.Start(program, line, environment), Console.Error, TimeProvider.System, hasTerminal, startsAgain);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive); // it will do nothing for days: be small
        return watch.Run();
    }

    /// <summary>
    /// In the daemon of an angel: has the kernel send SIGTERM when the angel dies. Call it first thing in Main, on the main
    /// thread. Does nothing in any other process.
    /// </summary>
    public static void GuardDaemon()
    {
        if (Id is not { } angel)
            return;

        // The servers of this daemon must not take themselves for daemons.
        Environment.SetEnvironmentVariable(Variable, null);
        PosixSpawn.SignalOnParentDeath(Posix.SigTerm);
        if (PosixSpawn.ParentId() != angel)
            Posix.Signal(Environment.ProcessId, Posix.SigTerm); // it died before we could ask
    }

    /// <summary>
    /// The words before the arguments on our own command line: the program, and with a shared host also <c>steward.dll</c>
    /// and the host's options.
    /// </summary>
    private static string[] OwnPrefix()
    {
        var line = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[..^1];
        var arguments = Environment.GetCommandLineArgs().Length - 1;
        return line[..(line.Length - arguments)];
    }
}
